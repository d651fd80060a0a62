/** Faults as they cross a socket or the node bus: a stable code, a sentence, and details that are safe to show. */
import { MediaError, type MediaErrorCode } from '#sfu/errors.ts';
import { RoomError, type RoomErrorCode, roomErrors } from './errors.ts';

export interface ErrorBody {
  code: RoomErrorCode;
  message: string;
  details?: readonly unknown[];
  /** With `internal`: what the log knows this request by. */
  requestId?: string;
}

const ofMedia: Record<MediaErrorCode, RoomErrorCode> = {
  media_full: 'media_full',
  media_unavailable: 'media_unavailable',
  invalid_media: 'invalid_media',
  limit_reached: 'limit_reached',
  not_found: 'not_found',
  closed: 'media_unavailable',
};

/** Longest text of a media fault that is passed on, in characters. */
const MAX_DETAIL = 200;

/** What a sender is told. Anything that is not an expected fault becomes `internal`, without its text. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof RoomError) return body(error.code, error.details);
  if (error instanceof MediaError)
    return body(ofMedia[error.code], error.code === 'invalid_media' ? [error.message.slice(0, MAX_DETAIL)] : undefined);
  return body('internal');
}

function body(code: RoomErrorCode, details?: readonly unknown[]): ErrorBody {
  return { code, message: roomErrors[code].message, ...(details && { details }) };
}

/** The error that a body was made of, on the other side of the bus. */
export function fromErrorBody({ code, details }: ErrorBody): RoomError {
  return new RoomError(code in roomErrors ? code : 'internal', details);
}
