/**
 * Holds peers to the bitrate that they may send. What the worker tells a sender (REMB) is advice: browsers follow it, a
 * hostile client does not, and what it sends is forwarded to everybody.
 */

/** Share above the cap that rounding, retransmissions and padding may take. */
const TOLERANCE = 1.1;
/** Looks in a row that must find too much: key frames and bandwidth probing pass in less. */
export const FLOOD_LOOKS = 4;

/** Remembers how long a peer has been above its cap. */
export interface FloodWatch {
  /** Notes what came in, in bits per second. @returns true when that is enough */
  exceeds(bitrate: number): boolean;
}

/** @param cap bits per second */
export function floodWatch(cap: number): FloodWatch {
  let looks = 0;
  return {
    exceeds(bitrate) {
      looks = bitrate > cap * TOLERANCE ? looks + 1 : 0;
      return looks >= FLOOD_LOOKS;
    },
  };
}
