/** Ways in which getting a camera or microphone fails, told apart so that each gets its own advice. Pure. */

export type MediaProblem =
  | 'denied'
  | 'dismissed'
  | 'denied-system'
  | 'not-found'
  | 'in-use'
  | 'overconstrained'
  | 'insecure'
  | 'unsupported'
  | 'aborted'
  | 'lost'
  | 'unknown';

/** What `getUserMedia` needs from the page, or the problem with it. */
export function environmentProblem(page: { isSecureContext: boolean; hasMediaDevices: boolean }): MediaProblem | null {
  if (page.hasMediaDevices) return null;
  return page.isSecureContext ? 'unsupported' : 'insecure';
}

/**
 * Reads the error of `getUserMedia` (W3C Media Capture and Streams, section 10.2). Chromium says in the message whether
 * a person, the closed prompt, or the operating system refused; Firefox says "in the current context".
 */
export function problemOf(error: unknown): MediaProblem {
  const { name = '', message = '' } = (error ?? {}) as { name?: string; message?: string };
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      if (/system/i.test(message)) return 'denied-system';
      return /dismiss/i.test(message) ? 'dismissed' : 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
      return 'not-found';
    case 'NotReadableError':
    case 'TrackStartError':
      return 'in-use';
    case 'OverconstrainedError':
    case 'ConstraintNotSatisfiedError':
      return 'overconstrained';
    case 'SecurityError':
      return 'insecure';
    case 'TypeError':
      return 'unsupported';
    case 'AbortError':
      return 'aborted';
    default:
      return 'unknown';
  }
}
