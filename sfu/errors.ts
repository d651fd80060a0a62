/** Faults of the media server, by stable code. */
export const mediaErrors = {
  media_full: 'Every media worker is at its limit',
  media_unavailable: 'Media is restarting',
  invalid_media: 'The media parameters are not acceptable',
  limit_reached: 'A limit of this peer is reached',
  not_found: 'There is no such transport, producer or consumer',
  closed: 'This media object is closed',
} as const;

export type MediaErrorCode = keyof typeof mediaErrors;

/** An expected fault of the media server; the room turns `code` into an answer to its sender. */
export class MediaError extends Error {
  override name = 'MediaError';
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ?? mediaErrors[code], options);
    this.code = code;
  }
}
