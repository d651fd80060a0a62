/** How people go: by themselves, by losing their connection, or because somebody decided so. */
import { nodeOf } from './connection-id.ts';
import { type ConsultationRoom, cancelEntry } from './consultation-state.ts';
import { inLobby, showLobby, showPeer } from './consultation-views.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import type { CloseReason } from './protocol.ts';
import type { Seat } from './seats.ts';

/** How long people of other nodes have for coming in anew, in ms. Until then nobody is shown as away, and a recording goes on. */
const ANEW_MS = 3_000;

/** Frees a seat at once: transports are closed, its socket is told, the others see it. */
export function giveUpSeat(room: ConsultationRoom, seat: Seat, reason: CloseReason): void {
  const { peerId, connectionId, stage } = seat;
  const entry = room.entries.get(peerId);
  if (entry) cancelEntry(room, entry, new RoomError(reason === 'kicked' ? 'removed' : 'not_joined'));
  closeMedia(room, seat);
  room.seats.remove(seat);
  if (connectionId) {
    room.channel.place(connectionId, peerId, 'out');
    // Who leaves by a request of their own has its answer.
    if (reason !== 'left') room.channel.toConnection(connectionId, 'room:closed', { reason });
  }
  if (stage === 'room') room.channel.toRoom('peer:left', { peerId, reason });
  else showLobby(room);
  room.peopleChanged();
}

function closeMedia(room: ConsultationRoom, seat: Seat): void {
  seat.media = null;
  room.link.detach(seat.peerId);
  if (room.activeSpeaker === seat.peerId) room.activeSpeaker = null;
}

/** A socket is gone: its seat is kept for the grace period, unless the session was revoked. */
export function connectionGone(room: ConsultationRoom, connectionId: string, reason: 'disconnected' | 'session_revoked'): void {
  room.arriving.delete(connectionId);
  // The connection itself may be there after all, and tries again; so may who lets somebody in. `room_moved` would make the router do it.
  for (const entry of room.entries.values()) if (entry.connectionId === connectionId) cancelEntry(room, entry, new RoomError('room_busy'));
  const seat = room.seats.byConnection(connectionId) ?? (reason === 'session_revoked' ? leftBy(room, connectionId) : undefined);
  if (!seat) return room.peopleChanged();
  if (reason === 'session_revoked') return giveUpSeat(room, seat, 'session_revoked');
  room.seats.connect(seat, null);
  seat.lostConnectionId = connectionId;
  keepForGrace(room, seat);
  if (seat.stage === 'room') showPeer(room, seat);
  else showLobby(room);
  room.peopleChanged();
}

/** The seat that this connection held last, if nobody comes back to it: that its session was revoked may be told later than its loss. */
function leftBy(room: ConsultationRoom, connectionId: string): Seat | undefined {
  const left = (seat: Seat): boolean =>
    seat.connectionId === null && seat.lostConnectionId === connectionId && !room.entries.has(seat.peerId);
  return [...room.seats.at('room'), ...room.seats.at('lobby')].find(left);
}

/** Connections on some nodes, of people who are here or on their way in. */
function connectionsOn(room: ConsultationRoom, areMeant: (nodeId: string) => boolean): string[] {
  const seated = [...room.seats.at('room'), ...room.seats.at('lobby')].map(({ connectionId }) => connectionId);
  const coming = [...room.entries.values()].map(({ connectionId }) => connectionId);
  const known = [...new Set([...seated, ...coming, ...room.arriving.keys()])];
  return known.filter((id): id is string => id !== null && areMeant(nodeOf(id)));
}

/** Every socket on a node is gone, or counts as gone: those that are there after all come in anew. */
export function nodeGone(room: ConsultationRoom, gone: string): void {
  const there = connectionsOn(room, (nodeId) => nodeId === gone);
  for (const connection of there) connectionGone(room, connection, 'disconnected');
  if (there.length > 0) room.channel.sendOn(there);
}

/**
 * This node and others may not have heard each other: whoever is connected to another one comes in anew, and learns by that how it is here.
 * What has not come back after a while counts as gone, for that may be what was not heard.
 */
export function meetAnew(room: ConsultationRoom, ownNodeId: string): void {
  const elsewhere = connectionsOn(room, (nodeId) => nodeId !== ownNodeId);
  if (elsewhere.length === 0) return;
  room.channel.sendOn(elsewhere);
  const lookAgain = (): void => {
    const still = new Set(connectionsOn(room, (nodeId) => nodeId !== ownNodeId));
    const left = elsewhere.filter((connection) => still.has(connection));
    for (const connection of left) connectionGone(room, connection, 'disconnected');
    // Those that were not told, should there be any.
    if (left.length > 0) room.channel.sendOn(left);
  };
  room.alarms.after(ANEW_MS, () => room.turn(lookAgain));
}

/** Gives the seat up when nobody came back to it in time. */
export function keepForGrace(room: ConsultationRoom, seat: Seat): void {
  seat.grace?.cancel();
  seat.grace = room.alarms.after(room.config.ROOM_GRACE_MS, () => room.turn(() => expireSeat(room, seat)));
}

function expireSeat(room: ConsultationRoom, seat: Seat): void {
  if (!room.seats.has(seat) || seat.connectionId) return;
  // On the way back in at this very moment: the way decides, and a failed one leaves the seat for one more period.
  if (room.entries.has(seat.peerId)) return keepForGrace(room, seat);
  giveUpSeat(room, seat, 'left');
}

/** Moves every device of a person back to the lobby. */
export function sendBack(room: ConsultationRoom, memberId: string): void {
  room.admitted.delete(memberId);
  room.held.add(memberId);
  for (const entry of room.entries.values()) if (entry.seat.memberId === memberId) cancelEntry(room, entry, new RoomError('in_lobby'));
  for (const seat of room.seats.ofMember(memberId)) {
    if (seat.stage !== 'room') continue;
    closeMedia(room, seat);
    Object.assign(seat, { stage: 'lobby', sentBack: true, waitingSince: Date.now(), handRaisedAt: null });
    if (seat.connectionId) room.channel.place(seat.connectionId, seat.peerId, 'lobby');
    room.channel.toPeer(seat.peerId, 'room:sent-back', inLobby(room, seat));
    room.channel.toRoom('peer:left', { peerId: seat.peerId, reason: 'left' });
  }
  room.peopleChanged();
  showLobby(room);
}

/** Withdraws a person's access, then shows all their devices out. */
export async function kick(room: ConsultationRoom, memberId: string, requestId: string): Promise<void> {
  const { consultationId, epoch } = room.facts;
  await durable(room.log, 'policy.removeMember', room.policy.removeMember(consultationId, epoch, memberId), { requestId });
  room.removals++;
  room.admitted.delete(memberId);
  for (const entry of room.entries.values()) if (entry.seat.memberId === memberId) cancelEntry(room, entry, new RoomError('removed'));
  for (const seat of room.seats.ofMember(memberId)) giveUpSeat(room, seat, 'kicked');
}

/** Ends the visit for all: recorded first, then everybody is told, then the actor stops. */
export async function endVisit(room: ConsultationRoom, byMemberId: string | null, requestId?: string): Promise<void> {
  const { consultationId, epoch } = room.facts;
  try {
    await durable(room.log, 'policy.ended', room.policy.ended(consultationId, epoch, Date.now(), byMemberId), { requestId });
  } catch (error) {
    // Recorded by an attempt before, whose answer got lost: what is left is to tell everybody.
    if (!(error instanceof RoomError) || error.code !== 'visit_ended') throw error;
  }
  room.log.info({ byMemberId, requestId }, 'visit ended');
  showAllOut(room, 'ended', new RoomError('visit_ended'));
  room.quit('ended');
}

/**
 * Shows everybody out and stops the room. The visit goes on: the next join opens it anew, and whoever was let in before
 * waits to be let in again.
 */
export function closeRoom(room: ConsultationRoom, requestId: string): void {
  room.log.info({ requestId }, 'room closed');
  showAllOut(room, 'closed', new RoomError('room_moved'));
  for (const seat of [...room.seats.at('room'), ...room.seats.at('lobby')]) room.seats.remove(seat);
  room.admitted.clear();
  // Whoever closes has changed nothing else: without this the snapshot would bring all of them back.
  room.snapshots.schedule();
  room.quit('closed');
}

/** @param answer what those are told who are just coming in */
function showAllOut(room: ConsultationRoom, reason: CloseReason, answer: RoomError): void {
  for (const entry of room.entries.values()) cancelEntry(room, entry, answer);
  room.channel.toAll('room:closed', { reason });
  for (const stage of ['room', 'lobby'] as const) {
    for (const { connectionId, peerId } of room.seats.at(stage)) if (connectionId) room.channel.place(connectionId, peerId, 'out');
  }
}
