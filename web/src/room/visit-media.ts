/** Media of a visit: which local tracks are sent, and sound only by hand or because of the network. */
import type { Source } from '#rooms/protocol.ts';
import { createCall, type Call } from '../media/call.ts';
import { publicationsOf } from '../media/local-media.ts';
import { toast } from './toasts.ts';
import type { VisitParts } from './visit-parts.ts';
import type { VisitState } from './visit-state.ts';

/**
 * The call, made at the first time.
 * @param broken told when the media session is lost and the visit has to be joined again
 */
export async function openCall(visit: VisitParts, broken: () => void): Promise<Call | null> {
  const device = await visit.device;
  if (visit.call || !device) return visit.call;
  const call = createCall(device, {
    request: visit.connection.request,
    broken,
    sendFailed: (source, code) => toast(`sendFailed.${source}`, { code }, 'warn'),
  });
  call.tracks.subscribe(() => visit.tracks.set(call.tracks.get()));
  call.path.subscribe(() => visit.path.set(call.path.get()));
  visit.call = call;
  publish(visit);
  return call;
}

/** Sends what is on; with sound only, nothing but the microphone. */
export function publish({ call, local, state }: VisitParts): void {
  const publications = publicationsOf(local.state.get());
  const { microphone } = publications;
  if (state.get().audioOnly === null) call?.publish(publications);
  else call?.publish(microphone ? { microphone } : {});
}

/** Switches to sound only (`hand` or `network`), or back to video (null). */
export function setAudioOnly(visit: VisitParts, because: VisitState['audioOnly']): void {
  visit.state.update((current) => ({ ...current, audioOnly: because }));
  publish(visit);
  visit.displays.forget();
  if (because === 'network') toast('audioOnlyNetwork', {}, 'warn');
  // A lost request is made good by the rejoin, which says it, too.
  visit.connection
    .request('media:audio-only', { audioOnly: because !== null })
    .catch((error: unknown) => console.warn('audio only', error));
}

/** The own download has been poor for a while: gives up video when there is any. */
export function onPoorNetwork(visit: VisitParts): void {
  const receivesVideo = visit.tracks.get().some(({ track }) => track.kind === 'video');
  if (visit.state.get().audioOnly === null && (receivesVideo || visit.local.state.get().camera)) setAudioOnly(visit, 'network');
}

/** The practitioner paused an own producer: the devices follow, so that the buttons tell the truth. */
export function mutedByOther({ local }: VisitParts, source: Source): void {
  if (source === 'microphone') void local.setMuted(true);
  else if (source === 'camera') void local.setCamera(false);
  else local.stopScreen();
  toast(`mutedByOther.${source}`);
}
