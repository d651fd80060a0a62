/** Media of a visit: which local tracks are sent, and what is given up by hand or because of the network. */
import type { PeerView, RequestInput, Source } from '#rooms/protocol.ts';
import { publicationsOf } from '../media/local-media.ts';
import { toast } from './toasts.ts';
import type { VisitParts } from './visit-parts.ts';
import { ownPeer, type VisitState } from './visit-state.ts';

/** Sends what is on: with sound only nothing but the microphone, on a poor uplink no camera. */
export function publish({ call, local, state }: VisitParts): void {
  const { microphone, camera, ...rest } = publicationsOf(local.state.get());
  const { audioOnly, cameraHeld } = state.get();
  const sound = microphone ? { microphone } : {};
  if (audioOnly !== null) call.publish(sound);
  else call.publish({ ...sound, ...(camera && !cameraHeld ? { camera } : {}), ...rest });
}

/** Switches to sound only (`hand` or `network`), or back to video (null), which ends holding back the camera, too. */
export function setAudioOnly(visit: VisitParts, because: VisitState['audioOnly']): void {
  const starved = visit.state.get().audioOnly === 'network' && because === null;
  visit.state.update((current) => ({ ...current, audioOnly: because, cameraHeld: false }));
  watchAnew(visit, ['up', 'down']);
  // The join says what the request would.
  if (starved) visit.call.renew();
  publish(visit);
  visit.displays.forget();
  if (because === 'network') toast('audioOnlyNetwork', {}, 'warn');
  if (!starved) tell(visit, 'media:audio-only', { audioOnly: because !== null });
}

/** Holds the own camera back, or sends it again. The others stay visible. */
export function holdCamera(visit: VisitParts, held: boolean): void {
  visit.state.update((current) => ({ ...current, cameraHeld: held }));
  watchAnew(visit, ['up']);
  publish(visit);
  if (held) toast('cameraHeld', {}, 'warn');
  tell(visit, 'media:hold-camera', { held });
}

/** Lets the others see what was given up. A lost request is made good by the rejoin, which says it, too. */
function tell<N extends 'media:audio-only' | 'media:hold-camera'>({ connection }: VisitParts, name: N, payload: RequestInput<N>): void {
  connection.request(name, payload).catch((error: unknown) => console.warn(name, error));
}

/** Tells what was given up or taken back while a join was on its way: the room refuses such a request until it has answered the join. */
export function tellSince(visit: VisitParts, said: RequestInput<'room:join'>): void {
  const { audioOnly, cameraHeld } = visit.state.get();
  const changed = (audioOnly !== null) !== (said.audioOnly === true);
  if (changed) tell(visit, 'media:audio-only', { audioOnly: audioOnly !== null });
  // What is said of the sound takes back that the camera is held.
  if (cameraHeld !== (!changed && said.cameraHeld === true)) tell(visit, 'media:hold-camera', { held: cameraHeld });
}

/** Begins a new spell, with the level of now: the server tells a level only when it changes. */
function watchAnew({ poorNetwork, state }: VisitParts, ways: readonly ('up' | 'down')[]): void {
  const quality = ownPeer(state.get())?.quality;
  for (const way of ways) {
    poorNetwork[way].reset();
    if (quality) poorNetwork[way].report(quality[way]);
  }
}

/** Takes the own network quality, as the server sees it. */
export function watchQuality({ poorNetwork }: Pick<VisitParts, 'poorNetwork'>, { up, down }: PeerView['quality']): void {
  poorNetwork.up.report(up);
  poorNetwork.down.report(down);
}

/** The own download has been poor for a while: gives up video when there is any that takes its room. @returns whether it is given up */
export function onPoorDownload(visit: VisitParts): boolean {
  const receivesVideo = visit.tracks.get().some(({ track, paused }) => track.kind === 'video' && !paused);
  if (visit.state.get().audioOnly === null && receivesVideo) setAudioOnly(visit, 'network');
  return visit.state.get().audioOnly !== null;
}

/** The own upload has been poor for a while: the sound gets the room that the own picture took. @returns whether it has it */
export function onPoorUpload(visit: VisitParts): boolean {
  const { audioOnly, cameraHeld } = visit.state.get();
  if (audioOnly === null && !cameraHeld && visit.local.state.get().camera) holdCamera(visit, true);
  return visit.state.get().audioOnly !== null || visit.state.get().cameraHeld;
}

/** The practitioner paused an own producer: the devices follow, so that the buttons tell the truth. */
export function mutedByOther({ local }: Pick<VisitParts, 'local'>, source: Source): void {
  if (source === 'microphone') void local.setMuted(true);
  else if (source === 'camera') void local.setCamera(false);
  else local.stopScreen();
  toast(`mutedByOther.${source}`);
}
