/** Short messages about what others do, for the eye and for screen readers. */
import type { Notification, NotificationName } from '#rooms/protocol.ts';
import { toast } from './toasts.ts';
import type { VisitState } from './visit-state.ts';

/**
 * Tells about a notification where it is worth a message.
 * @param before the state that the notification changes
 */
export function announce<N extends NotificationName>(before: VisitState, name: N, payload: Notification<N>): void {
  const known = (peerId: string) => before.room?.peers.find(({ id }) => id === peerId);
  if (name === 'peer:joined') {
    const { peer } = payload as Notification<'peer:joined'>;
    if (!known(peer.id)) toast('joined', { name: peer.name });
  } else if (name === 'peer:left') {
    const peer = known((payload as Notification<'peer:left'>).peerId);
    if (peer && peer.id !== before.self?.peerId) toast('left', { name: peer.name });
  } else if (name === 'recording:ended') {
    const { reason } = payload as Notification<'recording:ended'>;
    if (before.room?.recording) toast(`recording.${reason}`);
  } else if (name === 'peer:updated') {
    const { peer } = payload as Notification<'peer:updated'>;
    const raised = peer.handRaisedAt !== null && known(peer.id)?.handRaisedAt === null;
    if (raised && peer.id !== before.self?.peerId) toast('hand', { name: peer.name });
  }
}
