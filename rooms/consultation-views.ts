/** What a consultation room shows of itself. */
import type { ConsultationRoom } from './consultation-state.ts';
import type { Attendance, ChatPage, InLobby, InRoom, LobbyEntry, MediaSession, PeerView, RoomView } from './protocol.ts';
import type { Seat, SeatMedia } from './seats.ts';

const byJoining = (a: Seat, b: Seat): number => a.joinedAt - b.joinedAt;
const byWaiting = (a: Seat, b: Seat): number => a.waitingSince - b.waitingSince;

export function peerView(seat: Seat): PeerView {
  const { peerId, memberId, name, role, connectionId, handRaisedAt, audioOnly, cameraHeld, quality, joinedAt } = seat;
  const producers = seat.media?.peer.producers().map(({ id, kind, source, paused }) => ({ id, kind, source, paused })) ?? [];
  const connected = connectionId !== null;
  return { id: peerId, memberId, name, role, connected, handRaisedAt, audioOnly, cameraHeld, quality, producers, joinedAt };
}

function lobbyList(room: ConsultationRoom): LobbyEntry[] {
  return room.seats
    .at('lobby')
    .sort(byWaiting)
    .map(({ peerId, memberId, name, role, connectionId, waitingSince }) => ({
      id: peerId,
      memberId,
      name,
      role,
      connected: connectionId !== null,
      waitingSince,
    }));
}

/** @param seat who looks; practitioners, and the clinic itself (null), see who waits in the lobby */
export function roomView(room: ConsultationRoom, seat: Seat | null): RoomView {
  const { consultationId, title, scheduledStart, scheduledEnd } = room.facts;
  return {
    consultationId,
    title,
    scheduledStart,
    scheduledEnd,
    startedAt: room.startedAt,
    locked: room.locked,
    attendance: room.attendance.view(),
    peers: room.seats.at('room').sort(byJoining).map(peerView),
    lobby: !seat || seat.role === 'practitioner' ? lobbyList(room) : [],
    activeSpeaker: room.activeSpeaker,
    recording: room.recording.view(seat),
  };
}

export function roomUpdate(room: ConsultationRoom): { locked: boolean; startedAt: number | null; attendance: Attendance } {
  return { locked: room.locked, startedAt: room.startedAt, attendance: room.attendance.view() };
}

const self = ({ peerId, memberId, name, role }: Seat): InRoom['self'] => ({ peerId, memberId, name, role });

export function inLobby(room: ConsultationRoom, seat: Seat): InLobby {
  const { consultationId, title, scheduledStart, scheduledEnd } = room.facts;
  const lobby = {
    consultationId,
    title,
    scheduledStart,
    scheduledEnd,
    attendance: room.attendance.view(),
    locked: room.locked,
    sentBack: seat.sentBack,
  };
  return { phase: 'lobby', self: self(seat), lobby };
}

export function mediaSession(room: ConsultationRoom, seat: Seat, media: SeatMedia, resumed: boolean): MediaSession {
  const { peer } = media;
  return {
    id: media.sessionId,
    resumed,
    routerRtpCapabilities: room.server.routerRtpCapabilities,
    iceServers: room.iceServers(seat.memberId),
    send: peer.send,
    recv: peer.recv,
    consumers: peer.consumers(),
    dataConsumers: peer.dataConsumers(),
  };
}

export function inRoom(room: ConsultationRoom, seat: Seat, resumed: boolean, chat: ChatPage): InRoom {
  return {
    phase: 'room',
    self: self(seat),
    room: roomView(room, seat),
    media: seat.media && mediaSession(room, seat, seat.media, resumed),
    chat: { ...chat, latestSeq: room.chat.latestSeq },
  };
}

/** Tells practitioners who waits now. */
export function showLobby(room: ConsultationRoom): void {
  const practitioners = room.seats.at('room').filter((seat) => seat.role === 'practitioner');
  if (practitioners.length === 0) return;
  const lobby = lobbyList(room);
  for (const seat of practitioners) room.channel.toPeer(seat.peerId, 'lobby:updated', { lobby });
}

/** Tells everybody in the room what changed about one of them. */
export function showPeer(room: ConsultationRoom, seat: Seat): void {
  if (seat.stage === 'room') room.channel.toRoom('peer:updated', { peer: peerView(seat) });
}
