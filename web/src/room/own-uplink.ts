/** Watches the own upload from this side while the camera is sent. */
import type { VisitParts } from './visit-parts.ts';

const LOOK_MS = 2_000;
/** Shares of lost packets that count as bad and as weak, as at the server. */
const BAD = 0.2;
const WEAK = 0.1;

/**
 * Reports the upload as the page sees it, beside what the server says of it: the server's word does not come through a
 * full upload, and a sender that is short of processor looks to the server like one with a bad network.
 * @returns ends it
 */
export function watchOwnUplink({ call, local, state, poorNetwork }: VisitParts): () => void {
  async function look(): Promise<void> {
    const { phase, audioOnly, cameraHeld } = state.get();
    if (phase !== 'room' || audioOnly !== null || cameraHeld || !local.state.get().camera) return;
    const loss = await call.uplinkLoss();
    if (loss !== null) poorNetwork.up.report(loss >= BAD ? 1 : loss >= WEAK ? 2 : 3);
  }
  const timer = setInterval(() => void look().catch((error: unknown) => console.debug('uplink', error)), LOOK_MS);
  return () => clearInterval(timer);
}
