/** Turns what mediasoup throws into `MediaError`. */
import { errors } from 'mediasoup';
import { MediaError } from './errors.ts';

/**
 * Awaits a request to the worker.
 * @param closed whether the object that was asked is closed by now: then any failure means just that
 * @param fromClient the content came from a client, so that a refusal is the client's fault
 * @throws {MediaError} `media_unavailable` when the worker died meanwhile, `closed`, `invalid_media`; other errors as they are
 */
export async function answer<T>(request: Promise<T>, closed: () => boolean, fromClient = false): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof MediaError) throw error;
    if (error instanceof errors.WorkerClosedError) throw new MediaError('media_unavailable', undefined, { cause: error });
    if (closed()) throw new MediaError('closed', undefined, { cause: error });
    if (fromClient && error instanceof Error) throw new MediaError('invalid_media', error.message, { cause: error });
    throw error;
  }
}
