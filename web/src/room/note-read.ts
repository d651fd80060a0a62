import { call } from '../net/api.ts';
import { isGuest, session } from '../session.ts';

/** Notes on the server up to which message the chat was read, for the counts outside of the room. Guests have none. */
export async function noteRead(visitId: string, seq: number): Promise<void> {
  if (isGuest(visitId) || !session.get()) return;
  // The next message notes it again.
  await call(`/consultations/${visitId}/messages/read`, { method: 'PUT', body: { seq } }).catch((error: unknown) =>
    console.warn('read mark', error),
  );
}
