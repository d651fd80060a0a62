/** Which video layers are worth forwarding, and worth sending. Pure. */
import { parseScalabilityMode } from 'mediasoup';
import type { types } from 'mediasoup';
import type { MediaSource } from './types.ts';

export interface Size {
  width: number;
  height: number;
}

/** How a video comes in: the frame size of each spatial layer in pixels, smallest first. One entry: no layers. */
export type Layers = readonly Size[];

/** What the web client captures at most; the server is not told the size of a track. */
const FULL: Record<MediaSource, Size> = {
  camera: { width: 1_280, height: 720 },
  screen: { width: 1_920, height: 1_080 },
  microphone: { width: 0, height: 0 },
  'screen-audio': { width: 0, height: 0 },
};

/** Stretching a layer to this many times its area (1.34 times each way) is not noticed in a call. */
const STRETCH = 1.8;

/**
 * Layers of a producer: one per simulcast encoding (scaled as the encoding says, else by halves), or as many as its
 * scalability mode has (`L3T3`, `S3T3`).
 */
export function layersOf(rtpParameters: types.RtpParameters, source: MediaSource): Layers {
  const encodings = rtpParameters.encodings ?? [];
  const svc = parseScalabilityMode(encodings[0]?.scalabilityMode).spatialLayers;
  const count = encodings.length > 1 ? encodings.length : svc;
  const full = FULL[source];
  return Array.from({ length: count }, (_, index) => {
    const asked = encodings.length > 1 ? (encodings[index] as { scaleResolutionDownBy?: number }).scaleResolutionDownBy : undefined;
    const scale = asked ?? 2 ** (count - 1 - index);
    return { width: full.width / scale, height: full.height / scale };
  });
}

/**
 * Smallest layer that looks sharp at a displayed size.
 * @param display device pixels; a width or height of 0 means not visible
 * @returns index of the layer, -1 when nothing is visible
 */
export function layerFor(display: Size, layers: Layers): number {
  const area = display.width * display.height;
  if (area <= 0) return -1;
  const sharp = layers.findIndex((layer) => area <= layer.width * layer.height * STRETCH);
  return sharp >= 0 ? sharp : layers.length - 1;
}

/** What a producer has to send at most, given what each of its consumers wants: -1 when nobody wants anything. */
export function foldLayers(wanted: Iterable<number>): number {
  let highest = -1;
  for (const layer of wanted) highest = Math.max(highest, layer);
  return highest;
}

/** People scroll and resize: the sender is told late that a layer is not needed any more. */
export const LAYERS_DOWN_MS = 300;

/** Reports what a producer has to send: more at once, less after `LAYERS_DOWN_MS`. */
export interface LayersReport {
  /** What was reported last. */
  readonly told: number;
  /** The value as it is now. */
  set(layer: number): void;
  close(): void;
}

/** @param report called with each new value; never twice in a row with the same */
export function layersReport(initial: number, report: (layer: number) => void): LayersReport {
  let told = initial;
  let now = initial;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const tell = () => {
    timer = undefined;
    if (now === told) return;
    told = now;
    report(told);
  };
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  return {
    get told() {
      return told;
    },
    set(layer) {
      if (closed) return;
      now = layer;
      if (layer >= told) {
        cancel();
        tell();
      } else timer ??= setTimeout(tell, LAYERS_DOWN_MS).unref();
    },
    close() {
      closed = true;
      cancel();
    },
  };
}
