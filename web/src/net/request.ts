/** Requests of a page to its room, and what becomes of refused ones. */
import type { Reply, RequestInput, RequestName } from '#rooms/protocol.ts';
import { pause } from '../pause.ts';

/** A refused or unanswered request. Codes of `rooms/errors.ts`, and `disconnected` when the socket is not open. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export type Request = <N extends RequestName>(name: N, payload: RequestInput<N>) => Promise<Reply<N>>;

/** Refusals that may be gone at the next try. After `disconnected` the rejoin makes up for what was lost. */
export const PASSING: readonly string[] = [
  'deadline',
  'rate_limited',
  'room_busy',
  'room_moved',
  'stale_epoch',
  'shutting_down',
  'storage_unavailable',
];
/** Until the next try, in ms. */
export const AGAIN_MS = 1_000;

export const mayPass = (error: unknown): boolean => error instanceof RequestError && PASSING.includes(error.code);

/**
 * Sends a request that may be sent twice, again and again while it is refused for the moment.
 * @param payload what to send now; null ends it
 * @throws {RequestError} a refusal that stays, or `disconnected`
 */
export async function insist<N extends RequestName>(request: Request, name: N, payload: () => RequestInput<N> | null): Promise<void> {
  for (let wanted = payload(); wanted !== null; wanted = payload()) {
    try {
      await request(name, wanted);
      return;
    } catch (error) {
      if (!mayPass(error)) throw error;
    }
    await pause(AGAIN_MS);
  }
}
