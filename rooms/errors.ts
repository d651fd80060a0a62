/** Errors of rooms and sockets: stable codes, the HTTP status of the same fault over REST, and a sentence for people. */

export const roomErrors = {
  invalid_payload: { status: 400, message: 'The message does not have the expected form' },
  unknown_event: { status: 400, message: 'There is no such request' },
  protocol_mismatch: { status: 426, message: 'This page is out of date; please reload' },
  unauthenticated: { status: 401, message: 'Please sign in' },
  session_revoked: { status: 401, message: 'This session has ended; please sign in again' },
  forbidden: { status: 403, message: 'This is not allowed for you' },
  removed: { status: 403, message: 'You were removed from this visit' },
  not_joined: { status: 409, message: 'Join the room first' },
  in_lobby: { status: 409, message: 'You have not been let in yet' },
  already_joined: { status: 409, message: 'This connection is in another room already' },
  second_device: { status: 409, message: 'You are in this visit on another device' },
  room_full: { status: 409, message: 'The room is full' },
  not_found: { status: 404, message: 'There is no such thing here' },
  visit_ended: { status: 410, message: 'This visit has ended' },
  recording_disabled: { status: 403, message: 'This clinic does not record visits' },
  already_recording: { status: 409, message: 'There is a recording of this visit already; stop it first' },
  recording_unavailable: { status: 503, message: 'Recording is not possible on this server just now' },
  no_media: { status: 409, message: 'This device joined without media' },
  limit_reached: { status: 429, message: 'You have reached the limit for this' },
  rate_limited: { status: 429, message: 'Too many requests; please slow down' },
  invalid_media: { status: 400, message: 'The media parameters are not acceptable' },
  media_full: { status: 503, message: 'All media workers are busy; please try again in a moment' },
  media_unavailable: { status: 503, message: 'Media is restarting; please try again in a moment' },
  room_busy: { status: 503, message: 'The room is busy; please try again' },
  room_moved: { status: 503, message: 'The room moved; please try again' },
  stale_epoch: { status: 409, message: 'The room is owned elsewhere now' },
  storage_unavailable: { status: 503, message: 'This could not be saved just now; please try again' },
  deadline: { status: 504, message: 'No answer in time' },
  shutting_down: { status: 503, message: 'The server is restarting; please try again' },
  internal: { status: 500, message: 'Something went wrong on our side' },
} as const;

export type RoomErrorCode = keyof typeof roomErrors;

/** An expected fault that its sender is told about by `code`. Anything else that is thrown is told as `internal`. */
export class RoomError extends Error {
  override name = 'RoomError';
  readonly code: RoomErrorCode;
  /** What exactly was wrong; shown to the sender, so never secrets or other people's data. */
  readonly details: readonly unknown[] | undefined;

  constructor(code: RoomErrorCode, details?: readonly unknown[], options?: ErrorOptions) {
    super(roomErrors[code].message, options);
    this.code = code;
    this.details = details;
  }
}
