/** The visit of this page: there is at most one, and it can start before the screens are loaded. */
import { createLocalMedia, type LocalMedia } from '../media/local-media.ts';
import { markInside } from '../router.ts';
import { invitationRefused, isGuest, session, sessionRefused, tokenFor } from '../session.ts';
import { createStore } from '../store.ts';
import { startVisit, type Visit } from './visit.ts';

export const currentVisit = createStore<Visit | null>(null);
let preview: LocalMedia | null = null;

/** Camera and microphone of the preview; the visit takes them over at the join. */
export function previewMedia(): LocalMedia {
  if (!preview) {
    preview = createLocalMedia();
    void preview.start();
  }
  return preview;
}

/** Closes the preview's devices unless a visit took them over. */
export function endPreview(): void {
  preview?.close();
  preview = null;
}

/** Joins with the devices of the preview or, without one, with the remembered choice. Does nothing without a token. */
export function joinVisit(id: string): void {
  const token = tokenFor(id);
  if (!token || currentVisit.get()?.id === id) return;
  const devicesOpen = preview !== null;
  const local = preview ?? createLocalMedia();
  preview = null;
  markInside(true);
  currentVisit.set(
    startVisit({
      id,
      token,
      local,
      devicesOpen,
      refused: () => {
        const visit = currentVisit.get();
        // A guest whose invitation was withdrawn is told by the page of the visit's end, unless an own session can take over.
        if (isGuest(id) && visit && (visit.state.get().closed || !session.get())) return visit.refuse('session_revoked');
        forgetVisit();
        if (isGuest(id)) invitationRefused(id);
        else sessionRefused();
      },
    }),
  );
}

/** Closes the visit if one is open and goes back to before the join. */
export function forgetVisit(): void {
  currentVisit.get()?.close();
  currentVisit.set(null);
  markInside(false);
}
