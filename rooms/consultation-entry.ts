/**
 * How people come in. A way into the room has two turns: the first decides and reserves, then transports are made
 * outside the mailbox, and the second seats the person, answers and tells the others, all at once: nothing that
 * happens in the room can fall between the state in the answer and the notifications that follow it.
 */
import { randomUUID } from 'node:crypto';
import type { PeerMedia } from '#sfu/types.ts';
import { giveUpSeat } from './consultation-exit.ts';
import { type ConsultationRoom, cancelEntry, type Entry } from './consultation-state.ts';
import { inLobby, inRoom, peerView, showLobby } from './consultation-views.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import { Later } from './mailbox.ts';
import type { Access } from './ports.ts';
import type { ChatPage, InLobby, InRoom, RequestPayload } from './protocol.ts';
import type { RoomMessage } from './room-messages.ts';
import type { Seat, SeatMedia } from './seats.ts';

/** Devices of one person that may be in one visit at the same time. */
const MAX_DEVICES = 4;
/** Chat messages in the answer of a join. */
const CHAT_PAGE = 200;

type Join = RequestPayload<'room:join'>;

type JoinMessage = Extract<RoomMessage, { kind: 'join' }>;
type Inside = InLobby | InRoom;

/**
 * First looks up who comes, without holding the turn: a database that does not answer must not keep those who are
 * inside from anything. Of one socket's joins the latest counts, and none once the socket is gone.
 */
export function join(room: ConsultationRoom, message: JoinMessage): Later<Inside> {
  const { connectionId, identity, requestId } = message;
  const { facts, log, policy } = room;
  const answer = new Later<Inside>();
  const mine = {};
  room.arriving.set(connectionId, mine);
  const arrived = (next: () => Inside | Later<Inside>): void => {
    const latest = room.arriving.get(connectionId);
    if (latest !== mine) return answer.reject(new RoomError(latest ? 'already_joined' : 'room_busy'));
    room.arriving.delete(connectionId);
    pass(answer, next);
    room.peopleChanged();
  };
  const refuse = (error: unknown): void =>
    arrived(() => {
      throw error;
    });
  const lookUp = (): void => {
    const { removals } = room;
    let looking: Promise<Access>;
    try {
      looking = policy.authorize(facts.consultationId, identity);
    } catch (error) {
      return refuse(error);
    }
    durable(log, 'policy.authorize', looking, { requestId }).then(
      // Somebody was removed since it was asked: it may have been this person.
      (access) => room.turn(() => (removals === room.removals ? arrived(() => arrive(room, message, access)) : lookUp())),
      (error: unknown) => room.turn(() => refuse(error)),
    );
  };
  lookUp();
  return answer;
}

/** Passes what work gives or throws on to an answer. */
function pass<T>(answer: Later<T>, work: () => T | Later<T>): void {
  try {
    const result = work();
    if (!(result instanceof Later)) return answer.resolve(result);
    result.attach(
      (value) => answer.resolve(value),
      (error) => answer.reject(error),
    );
  } catch (error) {
    answer.reject(error);
  }
}

/** The first turn of a way in. */
function arrive(
  room: ConsultationRoom,
  { connectionId, payload, showsRecording = false }: JoinMessage,
  access: Access,
): Inside | Later<Inside> {
  const holder = room.seats.byConnection(connectionId);
  if (holder && (holder.deviceId !== payload.deviceId || holder.memberId !== access.memberId)) throw new RoomError('already_joined');
  for (const entry of room.entries.values()) {
    const same =
      entry.connectionId === connectionId || (entry.seat.memberId === access.memberId && entry.seat.deviceId === payload.deviceId);
    if (same) cancelEntry(room, entry, new RoomError('already_joined'));
  }
  const seat = room.seats.byDevice(access.memberId, payload.deviceId) ?? newSeat(access, payload);
  checkDevices(room, seat);
  seat.name = access.name;
  seat.role = access.role;
  seat.showsRecording = showsRecording;
  if (mayEnter(room, seat)) {
    checkCapacity(room, seat);
    return enter(room, seat, { connectionId, by: 'join', payload }) as Later<Inside>;
  }
  return wait(room, seat, connectionId, payload);
}

function newSeat({ memberId, name, role }: Access, { deviceId, audioOnly, cameraHeld }: Join): Seat {
  const now = Date.now();
  return {
    peerId: randomUUID(),
    memberId,
    deviceId,
    name,
    role,
    stage: 'lobby',
    connectionId: null,
    lostConnectionId: null,
    rtpCapabilities: null,
    chatAfterSeq: 0,
    audioOnly,
    cameraHeld,
    handRaisedAt: null,
    quality: { up: 0, down: 0 },
    waitingSince: now,
    joinedAt: now,
    sentBack: false,
    showsRecording: false,
    media: null,
    grace: undefined,
  };
}

const others = (room: ConsultationRoom, seat: Seat): Seat[] => room.seats.ofMember(seat.memberId).filter((other) => other !== seat);

function checkDevices(room: ConsultationRoom, seat: Seat): void {
  const devices = others(room, seat);
  const policy = room.config.ROOM_SECOND_DEVICE;
  // A device that lost its connection gives way to the one that the person holds now.
  if (policy === 'refuse' && devices.some((other) => other.connectionId !== null)) throw new RoomError('second_device');
  if (policy === 'allow' && devices.length >= MAX_DEVICES) throw new RoomError('limit_reached');
}

/** Other devices that leave when this one comes in. */
function replacedBy(room: ConsultationRoom, seat: Seat): Seat[] {
  const devices = others(room, seat);
  return room.config.ROOM_SECOND_DEVICE === 'allow' ? [] : devices;
}

/** The practitioner of the visit is never locked out: neither lobby nor lock apply. */
function mayEnter(room: ConsultationRoom, { memberId, role }: Seat): boolean {
  if (role === 'practitioner') return true;
  if (room.held.has(memberId)) return false;
  if (room.admitted.has(memberId)) return true;
  return !room.locked && (!room.facts.lobby || role === 'observer');
}

/** @throws {RoomError} `room_full`; never for a practitioner, a seat that is in, or a device that takes another's place */
export function checkCapacity(room: ConsultationRoom, seat: Seat): void {
  if (seat.role === 'practitioner' || seat.stage === 'room') return;
  if (replacedBy(room, seat).some((other) => other.stage === 'room')) return;
  const coming = [...room.entries.values()].filter((entry) => entry.seat.stage === 'lobby').length;
  if (room.seats.at('room').length + coming >= room.config.ROOM_MAX_PEERS) throw new RoomError('room_full');
}

/** Lets somebody wait in the lobby. The lobby is bounded like the room. */
function wait(room: ConsultationRoom, seat: Seat, connectionId: string, payload: Join): InLobby {
  const isNew = !room.seats.has(seat);
  const replaced = replacedBy(room, seat);
  if (isNew && replaced.length === 0 && room.seats.at('lobby').length >= room.config.ROOM_MAX_PEERS) throw new RoomError('room_full');
  for (const other of replaced) giveUpSeat(room, other, 'replaced');
  if (isNew) room.seats.add(seat);
  takeOver(room, seat, connectionId);
  seat.rtpCapabilities = payload.rtpCapabilities;
  seat.chatAfterSeq = payload.chatAfterSeq;
  seat.audioOnly = payload.audioOnly;
  seat.cameraHeld = payload.cameraHeld;
  room.channel.place(connectionId, seat.peerId, 'lobby');
  room.peopleChanged();
  showLobby(room);
  return inLobby(room, seat);
}

/** Binds the seat to its new socket; a socket that held it before is told so. */
function takeOver(room: ConsultationRoom, seat: Seat, connectionId: string): void {
  const before = seat.connectionId;
  if (before === connectionId) return;
  if (before) {
    room.channel.place(before, seat.peerId, 'out');
    room.channel.toConnection(before, 'room:closed', { reason: 'replaced' });
  }
  room.seats.connect(seat, connectionId);
}

interface Way {
  connectionId: string;
  by: Entry['by'];
  payload: Pick<Join, 'rtpCapabilities' | 'chatAfterSeq' | 'audioOnly' | 'cameraHeld' | 'mediaSessionId'>;
}

/** Starts the way into the room. Its answer is the state of the room at the moment of coming in. */
export function enter(room: ConsultationRoom, seat: Seat, { connectionId, by, payload }: Way): Later<InRoom> {
  const answer = new Later<InRoom>();
  const chat = room.chat.page(payload.chatAfterSeq, CHAT_PAGE);
  const { media } = seat;
  const kept =
    media && payload.mediaSessionId === media.sessionId && media.canSend === canSend(room, seat) && room.link.owns(seat.peerId, media.peer);
  const { rtpCapabilities, audioOnly, cameraHeld } = payload;
  const device = { rtpCapabilities, audioOnly, cameraHeld };
  const entry: Entry = { seat, connectionId, by, answer, device, keepsMedia: Boolean(kept) };
  room.entries.set(seat.peerId, entry);
  if (kept) {
    if (seat.audioOnly !== audioOnly) void media.peer.setAudioOnly(audioOnly).catch(() => undefined);
    proceed(room, entry, media, true, chat);
    return answer;
  }
  seat.media = null;
  if (rtpCapabilities === null) {
    room.link.detach(seat.peerId);
    proceed(room, entry, null, false, chat);
    return answer;
  }
  room.link.attach(seat.peerId, { rtpCapabilities, canSend: canSend(room, seat), audioOnly }).then(
    (peer) => room.turn(() => proceed(room, entry, fresh(room, seat, peer), false, chat)),
    (error: unknown) => room.turn(() => abandon(room, entry, error)),
  );
  return answer;
}

export const canSend = (room: ConsultationRoom, seat: Seat): boolean => seat.role !== 'observer' && !room.silenced.has(seat.memberId);

/** Names a new set of transports. */
export function fresh(room: ConsultationRoom, seat: Seat, peer: PeerMedia): SeatMedia {
  return { sessionId: randomUUID(), peer, canSend: canSend(room, seat) };
}

/** Comes in at once when the chat is at hand, else in a later turn. */
function proceed(
  room: ConsultationRoom,
  entry: Entry,
  media: SeatMedia | null,
  resumed: boolean,
  chat: ChatPage | Promise<ChatPage>,
): void {
  if (!(chat instanceof Promise)) return comeIn(room, entry, media, resumed, chat);
  chat.then(
    (page) => room.turn(() => comeIn(room, entry, media, resumed, page)),
    (error: unknown) => room.turn(() => abandon(room, entry, error)),
  );
}

function abandon(room: ConsultationRoom, entry: Entry, error: unknown): void {
  if (room.entries.get(entry.seat.peerId) !== entry) return;
  cancelEntry(room, entry, error);
  room.peopleChanged();
}

/** The second turn: seats, answers, tells the others. */
function comeIn(room: ConsultationRoom, entry: Entry, media: SeatMedia | null, resumed: boolean, chat: ChatPage): void {
  const { seat, connectionId, by, answer, device } = entry;
  if (room.closed || room.entries.get(seat.peerId) !== entry) return;
  if (media && !room.link.owns(seat.peerId, media.peer)) return abandon(room, entry, new RoomError('media_unavailable'));
  room.entries.delete(seat.peerId);
  for (const other of replacedBy(room, seat)) giveUpSeat(room, other, 'replaced');
  const wasInside = seat.stage === 'room' && room.seats.has(seat);
  const wasWaiting = seat.stage === 'lobby' && room.seats.has(seat);
  if (!wasInside) seat.joinedAt = Date.now();
  seat.stage = 'room';
  seat.sentBack = false;
  seat.media = media;
  Object.assign(seat, device);
  if (!resumed) seat.quality = { up: 0, down: 0 };
  if (!room.seats.has(seat)) room.seats.add(seat);
  takeOver(room, seat, connectionId);
  room.admitted.add(seat.memberId);
  room.channel.place(connectionId, seat.peerId, 'room');
  room.peopleChanged();
  const view = inRoom(room, seat, resumed, chat);
  if (by === 'admit') room.channel.toPeer(seat.peerId, 'room:admitted', view);
  answer.resolve(view);
  // What was told while the connection was broken is lost.
  if (resumed && media) for (const layers of media.peer.producerLayers()) room.channel.toPeer(seat.peerId, 'producer:layers', layers);
  if (wasInside) room.channel.toRoom('peer:updated', { peer: peerView(seat) }, seat.peerId);
  else room.channel.toRoom('peer:joined', { peer: peerView(seat) }, seat.peerId);
  if (wasWaiting) showLobby(room);
}
