/** Choice of camera and microphone: what there is, what was chosen last time, and how to get a track. */
import { remember, remembered } from '../stored.ts';
import { environmentProblem, problemOf, type MediaProblem } from './media-problem.ts';

export interface DeviceChoice {
  cameraId: string | null;
  microphoneId: string | null;
  /** Null: what the system uses. */
  speakerId: string | null;
  cameraOn: boolean;
  /** False: join without a microphone being opened at all. */
  microphoneOn: boolean;
  muted: boolean;
}
export interface DeviceList {
  cameras: { id: string; label: string }[];
  microphones: { id: string; label: string }[];
  /** Empty where the browser does not let a page choose. */
  speakers: { id: string; label: string }[];
}
export interface Acquired {
  camera: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
  cameraProblem: MediaProblem | null;
  microphoneProblem: MediaProblem | null;
}

const KEY = 'wenzhen.devices';
const DEFAULT: DeviceChoice = { cameraId: null, microphoneId: null, speakerId: null, cameraOn: true, microphoneOn: true, muted: false };

export function rememberedChoice(): DeviceChoice {
  return { ...DEFAULT, ...remembered<DeviceChoice>(KEY) };
}

export function rememberChoice(choice: DeviceChoice): void {
  remember(KEY, choice);
}

/** Names of devices are empty until a permission was given; such devices get their number instead. */
export async function listDevices(): Promise<DeviceList> {
  if (!navigator.mediaDevices) return { cameras: [], microphones: [], speakers: [] };
  const all = await navigator.mediaDevices.enumerateDevices();
  const pick = (kind: MediaDeviceKind) =>
    all
      .filter((device) => device.kind === kind && device.deviceId)
      .map((device, index) => ({ id: device.deviceId, label: device.label || `${index + 1}` }));
  const choosable = 'setSinkId' in HTMLMediaElement.prototype;
  return { cameras: pick('videoinput'), microphones: pick('audioinput'), speakers: choosable ? pick('audiooutput') : [] };
}

/** `ideal`, not `exact`: a remembered device that is unplugged today must not stop anybody from being seen. */
function cameraConstraints(id: string | null): MediaTrackConstraints {
  return { ...(id ? { deviceId: { ideal: id } } : {}), width: { ideal: 1_280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };
}

function microphoneConstraints(id: string | null): MediaTrackConstraints {
  return { ...(id ? { deviceId: { ideal: id } } : {}), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
}

async function one(constraints: MediaStreamConstraints): Promise<MediaStreamTrack[]> {
  return (await navigator.mediaDevices.getUserMedia(constraints)).getTracks();
}

async function single(constraints: MediaStreamConstraints): Promise<{ track: MediaStreamTrack | null; problem: MediaProblem | null }> {
  try {
    const [track] = await one(constraints);
    return { track: track ?? null, problem: null };
  } catch (error) {
    return { track: null, problem: problemOf(error) };
  }
}

/**
 * Opens camera, microphone or both. Both are asked for together, so that the person sees one question; when that
 * fails each is tried alone, so that a missing camera does not cost the sound. Never throws.
 */
export async function acquire(want: { camera: boolean; microphone: boolean }, choice: DeviceChoice): Promise<Acquired> {
  const nothing: Acquired = { camera: null, microphone: null, cameraProblem: null, microphoneProblem: null };
  const environment = environmentProblem({ isSecureContext, hasMediaDevices: Boolean(navigator.mediaDevices?.getUserMedia) });
  if (environment)
    return { ...nothing, cameraProblem: want.camera ? environment : null, microphoneProblem: want.microphone ? environment : null };
  const video = cameraConstraints(choice.cameraId);
  const audio = microphoneConstraints(choice.microphoneId);
  if (want.camera && want.microphone) {
    try {
      const tracks = await one({ video, audio });
      return {
        ...nothing,
        camera: tracks.find((track) => track.kind === 'video') ?? null,
        microphone: tracks.find((track) => track.kind === 'audio') ?? null,
      };
    } catch {
      // Which of the two it was shows below.
    }
  }
  const microphone = want.microphone ? await single({ audio }) : null;
  const camera = want.camera ? await single({ video }) : null;
  return {
    camera: camera?.track ?? null,
    microphone: microphone?.track ?? null,
    cameraProblem: camera?.problem ?? null,
    microphoneProblem: microphone?.problem ?? null,
  };
}
