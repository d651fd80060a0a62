/** Own camera, microphone and screen: one owner from the preview through the lobby to the end of the visit. */
import { createStore, type Store } from '../store.ts';
import { acquire, listDevices, rememberChoice, rememberedChoice, type DeviceChoice, type DeviceList } from './devices.ts';
import type { MediaProblem } from './media-problem.ts';
import type { Publications } from './publisher.ts';

export interface LocalState {
  choice: DeviceChoice;
  devices: DeviceList;
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  screen: MediaStreamTrack | null;
  screenAudio: MediaStreamTrack | null;
  cameraProblem: MediaProblem | null;
  microphoneProblem: MediaProblem | null;
  /** A permission question is open or a device is starting. */
  busy: boolean;
}

export interface LocalMedia {
  readonly state: Store<LocalState>;
  /** Opens what the choice asks for. */
  start(): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  /** Opens or gives up the microphone; muting is `setMuted`. */
  setMicrophone(on: boolean): Promise<void>;
  setMuted(muted: boolean): Promise<void>;
  chooseCamera(id: string): Promise<void>;
  chooseMicrophone(id: string): Promise<void>;
  /** Where others are heard; null is what the system uses. */
  chooseSpeaker(id: string | null): void;
  /** @returns false when the person or the browser refused */
  shareScreen(): Promise<boolean>;
  stopScreen(): void;
  /** Stops every track: the lights of the devices go out. */
  close(): void;
}

/** What of the local media is sent. */
export function publicationsOf(state: LocalState): Publications {
  const publications: Publications = {};
  if (state.microphone) publications.microphone = { track: state.microphone, paused: state.choice.muted };
  if (state.camera) publications.camera = { track: state.camera, paused: false };
  if (state.screen) publications.screen = { track: state.screen, paused: false };
  if (state.screenAudio) publications['screen-audio'] = { track: state.screenAudio, paused: false };
  return publications;
}

type Kind = 'camera' | 'microphone';

interface Owner {
  readonly state: Store<LocalState>;
  closed: boolean;
  tail: Promise<void>;
}

/** Makes the local media with the choice of last time; nothing is opened before `start`. */
export function createLocalMedia(): LocalMedia {
  const owner: Owner = { state: createStore(initial()), closed: false, tail: Promise.resolve() };
  const { state } = owner;
  const onDeviceChange = (): void => void refresh(owner);
  navigator.mediaDevices?.addEventListener('devicechange', onDeviceChange);
  return {
    state,
    start: () => serial(owner, () => open(owner, { camera: state.get().choice.cameraOn, microphone: state.get().choice.microphoneOn })),
    setCamera: (on) => serial(owner, () => turn(owner, 'camera', on)),
    setMicrophone: (on) => serial(owner, () => turn(owner, 'microphone', on)),
    setMuted: (muted) => serial(owner, () => mute(owner, muted)),
    chooseCamera: (cameraId) =>
      serial(owner, async () => {
        choose(owner, { cameraId, cameraOn: true });
        // Phones cannot open a second camera while the first runs.
        state.get().camera?.stop();
        await open(owner, { camera: true, microphone: false });
      }),
    chooseMicrophone: (microphoneId) =>
      serial(owner, async () => {
        choose(owner, { microphoneId, microphoneOn: true });
        await open(owner, { camera: false, microphone: true });
      }),
    chooseSpeaker: (speakerId) => choose(owner, { speakerId }),
    shareScreen: () => shareScreen(owner),
    stopScreen: () => stopScreen(owner),
    close() {
      owner.closed = true;
      navigator.mediaDevices?.removeEventListener('devicechange', onDeviceChange);
      discard(state.get().camera);
      discard(state.get().microphone);
      stopScreen(owner);
      patch(owner, { camera: null, microphone: null, busy: false });
    },
  };
}

function initial(): LocalState {
  const nothing = { camera: null, microphone: null, screen: null, screenAudio: null, cameraProblem: null, microphoneProblem: null };
  return { choice: rememberedChoice(), devices: { cameras: [], microphones: [], speakers: [] }, ...nothing, busy: false };
}

function patch({ state }: Owner, change: Partial<LocalState>): void {
  state.update((current) => ({ ...current, ...change }));
}

function choose(owner: Owner, change: Partial<DeviceChoice>): void {
  const choice = { ...owner.state.get().choice, ...change };
  rememberChoice(choice);
  patch(owner, { choice });
}

/** One device operation at a time: two crossing getUserMedia calls would leave a camera running that nobody owns. */
function serial(owner: Owner, step: () => Promise<void>): Promise<void> {
  owner.tail = owner.tail.then(step, step);
  return owner.tail;
}

function discard(track: MediaStreamTrack | null): void {
  if (!track) return;
  track.onended = null;
  track.stop();
}

function adopt(owner: Owner, kind: Kind, track: MediaStreamTrack | null, problem: MediaProblem | null): void {
  const previous = owner.state.get()[kind];
  if (track) {
    track.contentHint = kind === 'camera' ? 'motion' : 'speech';
    track.onended = () => adopt(owner, kind, null, 'lost');
    if (kind === 'microphone') track.enabled = !owner.state.get().choice.muted;
  }
  patch(owner, kind === 'camera' ? { camera: track, cameraProblem: problem } : { microphone: track, microphoneProblem: problem });
  if (previous !== track) discard(previous);
}

async function open(owner: Owner, kinds: Record<Kind, boolean>): Promise<void> {
  if (owner.closed || (!kinds.camera && !kinds.microphone)) return;
  patch(owner, { busy: true });
  const got = await acquire(kinds, owner.state.get().choice);
  if (owner.closed) {
    discard(got.camera);
    discard(got.microphone);
    return;
  }
  if (kinds.camera) adopt(owner, 'camera', got.camera, got.cameraProblem);
  if (kinds.microphone) adopt(owner, 'microphone', got.microphone, got.microphoneProblem);
  patch(owner, { busy: false });
  await refresh(owner);
}

async function turn(owner: Owner, kind: Kind, on: boolean): Promise<void> {
  choose(owner, kind === 'camera' ? { cameraOn: on } : { microphoneOn: on });
  if (!on) adopt(owner, kind, null, null);
  else if (!owner.state.get()[kind]) await open(owner, { camera: kind === 'camera', microphone: kind === 'microphone' });
}

async function mute(owner: Owner, muted: boolean): Promise<void> {
  choose(owner, muted ? { muted } : { muted, microphoneOn: true });
  const { microphone } = owner.state.get();
  if (microphone) microphone.enabled = !muted;
  else if (!muted) await open(owner, { camera: false, microphone: true });
}

async function refresh(owner: Owner): Promise<void> {
  const devices = await listDevices();
  if (!owner.closed) patch(owner, { devices });
}

async function shareScreen(owner: Owner): Promise<boolean> {
  const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: true }).catch(() => null);
  const screen = stream?.getVideoTracks()[0] ?? null;
  const screenAudio = stream?.getAudioTracks()[0] ?? null;
  if (!screen) return false;
  if (owner.closed) {
    discard(screen);
    discard(screenAudio);
    return false;
  }
  stopScreen(owner);
  screen.contentHint = 'detail';
  screen.onended = () => stopScreen(owner);
  patch(owner, { screen, screenAudio });
  return true;
}

function stopScreen(owner: Owner): void {
  const { screen, screenAudio } = owner.state.get();
  if (!screen && !screenAudio) return;
  patch(owner, { screen: null, screenAudio: null });
  discard(screen);
  discard(screenAudio);
}
