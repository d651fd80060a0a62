/** The actor of a consultation: opens it from the database and its snapshot, handles its messages, closes it. */
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Behaviour, StopReason } from './actor.ts';
import type { Alarm, Alarms } from './alarms.ts';
import { createAttendance } from './attendance.ts';
import { type ChatLog, openChatLog } from './chat-log.ts';
import { join } from './consultation-entry.ts';
import { closeRoom, connectionGone, endVisit, keepForGrace, meetAnew, nodeGone } from './consultation-exit.ts';
import { callIn, handlers } from './consultation-handlers.ts';
import { bindMedia, rebuildMedia, renewMedia } from './consultation-media.ts';
import type { ConsultationRoom, IceServers } from './consultation-state.ts';
import { roomUpdate, roomView } from './consultation-views.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import { outside } from './mailbox.ts';
import { permit } from './permissions.ts';
import type { ChatStore, ConsultationPolicy, Logger, OpenRecording, Tracing, VisitFacts } from './ports.ts';
import type { ChatMessage, RequestPayload } from './protocol.ts';
import { createRecordingDesk, type RecordingParts } from './recording.ts';
import type { RoomChannel } from './room-channel.ts';
import { createMediaLink } from './room-media-link.ts';
import { withFields } from './room-log.ts';
import type { RoomMessage, SeatRequest, SeatRequestName } from './room-messages.ts';
import { createSnapshotWriter, keptOf, loadSnapshot, type RoomSnapshot, type SeatSnapshot } from './room-snapshot.ts';
import { createSeats, type Seat } from './seats.ts';
import type { SnapshotStore } from './snapshot-store.ts';
import type { Self } from './supervisor.ts';

export interface ConsultationRoomOptions {
  config: Config;
  log: Logger;
  media: MediaServer;
  policy: ConsultationPolicy;
  chat: ChatStore;
  snapshots: SnapshotStore;
  channel: RoomChannel;
  alarms: Alarms;
  iceServers: (userId: string) => IceServers;
  /** Without it nothing can be recorded. */
  recording?: RecordingParts | undefined;
  tracing?: Tracing | null | undefined;
  /** Of who has it opened, for the log. */
  requestId?: string | undefined;
}

/** A consultation as the supervisor runs it, with figures for the metrics. */
export interface ConsultationBehaviour extends Behaviour<RoomMessage> {
  readonly peers: number;
  readonly lobby: number;
  readonly epoch: number;
  /** ms since 1970 */
  readonly openedAt: number;
  /** As in the summary. */
  readonly workerPid: number | null;
  summary(): RoomSummary;
}

/** A room that is open on this node, for those who run it. */
export interface OpenRoom {
  consultationId: string;
  title: string;
  /** Seats inside and in the lobby, those kept for a broken connection included. */
  peers: number;
  lobby: number;
  /** ms since 1970, or null */
  startedAt: number | null;
}

/** The same with what operators want to know. */
export interface RoomSummary extends OpenRoom {
  /** Of this opening: issued by the database, and when, in ms since 1970. */
  epoch: number;
  openedAt: number;
  /** Process of its media worker; null without media. */
  workerPid: number | null;
  /** What people send and receive, sound and pictures. */
  tracks: number;
}

/** How long a start that could not be recorded waits before it is tried again, in ms. */
const START_RETRY_MS = 2_000;

/**
 * Opens a consultation: takes it over in the database, brings back what the snapshot knows.
 * @throws {RoomError} `not_found`, `visit_ended`, `storage_unavailable`
 */
export async function openConsultation(
  consultationId: string,
  self: Self<RoomMessage>,
  given: ConsultationRoomOptions,
): Promise<ConsultationBehaviour> {
  const openedAt = Date.now();
  const { policy, snapshots, requestId } = given;
  const fields = { roomId: consultationId, requestId };
  const facts = await durable(given.log, 'policy.open', policy.open(consultationId), fields);
  const log = withFields(given.log, { roomId: consultationId, epoch: facts.epoch });
  const options = { ...given, log };
  const saved = await loadSnapshot(snapshots, consultationId, log, requestId);
  const chat = await openChat(facts, self, options);
  const { recording } = options;
  const recorded = recording ? await durable(log, 'recording.current', recording.records.current(consultationId)) : null;
  const room = createRoom({ facts, saved, recorded, chat, self, options });
  const closer = createCloser(room, self);
  const starter = createStarter(room);
  room.start = starter.start;
  room.peopleChanged = () => {
    if (room.closed) return;
    if (room.attendance.update(whoIsThere(room))) room.channel.toAll('room:updated', roomUpdate(room));
    room.snapshots.schedule();
    room.recording.look();
    starter.look();
    closer.look();
  };
  for (const seat of saved?.seats ?? []) restoreSeat(room, seat);
  room.peopleChanged();
  return {
    epoch: facts.epoch,
    restored: (saved?.seats.length ?? 0) > 0,
    handle: (message) => handle(room, message),
    idle: () => isEmpty(room),
    stop: (reason) => stop(room, reason, closer, options),
    get peers() {
      return room.seats.at('room').length;
    },
    get lobby() {
      return room.seats.at('lobby').length;
    },
    openedAt,
    get workerPid() {
      return room.link.workerPid;
    },
    summary() {
      const { consultationId, title, epoch } = facts;
      const inside = room.seats.at('room');
      const tracks = inside.reduce(
        (sum, { media }) => sum + (media ? media.peer.producers().length + media.peer.consumers().length : 0),
        0,
      );
      const { startedAt, link } = room;
      const lobby = room.seats.at('lobby').length;
      return { consultationId, title, peers: inside.length, lobby, startedAt, epoch, openedAt, workerPid: link.workerPid, tracks };
    },
  };
}

const isEmpty = (room: ConsultationRoom): boolean => room.seats.size === 0 && room.entries.size === 0 && room.arriving.size === 0;

function whoIsThere({ seats }: ConsultationRoom): { practitioner: boolean; patient: boolean } {
  const roles = [...seats.at('room'), ...seats.at('lobby')].map(({ role }) => role);
  return { practitioner: roles.includes('practitioner'), patient: roles.includes('patient') };
}

function openChat(
  facts: VisitFacts,
  self: Self<RoomMessage>,
  { chat: store, channel, config, log, tracing }: ConsultationRoomOptions,
): Promise<ChatLog> {
  const { consultationId, epoch, latestChatSeq: latestSeq } = facts;
  const perTenSeconds = config.RATE_CHAT_PER_10_SECONDS;
  const onPosted = (messages: ChatMessage[]): void => channel.toRoom('chat:posted', { messages });
  const onStale = (): void => self.quit('fenced');
  return openChatLog({ consultationId, epoch, store, latestSeq, perTenSeconds, log, tracing, onPosted, onStale });
}

interface Parts {
  facts: VisitFacts;
  saved: RoomSnapshot | null;
  /** The recording that is open, as the database has it. */
  recorded: OpenRecording | null;
  chat: ChatLog;
  self: Self<RoomMessage>;
  options: ConsultationRoomOptions;
}

function createRoom({ facts, saved, recorded, chat, self, options }: Parts): ConsultationRoom {
  const { config, log, policy, media, channel, alarms, iceServers, tracing, snapshots: store } = options;
  const { consultationId: roomId, epoch, locked, startedAt } = facts;
  const turn = (run: () => unknown): void => self.tell({ kind: 'turn', run: tracing ? tracing.bind(run) : run });
  const link = createMediaLink({
    roomId,
    server: media,
    bind: (opened) => {
      bindMedia(room, opened);
      room.recording.use(opened);
    },
    onLost: () => turn(() => rebuildMedia(room)),
  });
  const attendance = createAttendance({
    scheduledStart: Date.parse(facts.scheduledStart),
    lateMs: config.ROOM_LATE_MS,
    noShowMs: config.ROOM_NO_SHOW_MS,
    seen: saved?.seen ?? [],
    alarms,
    onChange: () => channel.toAll('room:updated', roomUpdate(room)),
  });
  const snapshots = createSnapshotWriter({ store, roomId, epoch, log, take: () => takeSnapshot(room), onStale: () => self.quit('fenced') });
  const people = {
    seats: createSeats(),
    entries: new Map(),
    silenced: new Set<string>(),
    arriving: new Map(),
    admitted: new Set(saved?.admitted),
    held: new Set(saved?.held),
  };
  const state = { locked, startedAt, activeSpeaker: null, removals: 0, closed: false };
  const outside = { config, log, policy, channel, alarms, server: media, iceServers };
  const ways = {
    turn,
    peopleChanged: () => undefined,
    start: () => Promise.resolve(),
    renewMedia: (seat: Seat) => renewMedia(room, seat),
    quit: self.quit,
  };
  const recording = createRecordingDesk({ room: () => room, parts: options.recording, current: recorded, kept: saved?.recording ?? null });
  const room: ConsultationRoom = { facts, ...outside, ...people, link, chat, attendance, snapshots, recording, ...state, ...ways };
  return room;
}

function handle(room: ConsultationRoom, message: RoomMessage): unknown {
  switch (message.kind) {
    case 'request':
      return request(room, message);
    case 'join':
      return join(room, message);
    case 'gone':
      return connectionGone(room, message.connectionId, message.reason);
    case 'node-gone':
      return nodeGone(room, message.nodeId);
    case 'meet-anew':
      return meetAnew(room, message.nodeId);
    case 'end':
      return endVisit(room, message.byMemberId, message.requestId);
    case 'start':
      return outside(room.start());
    case 'close':
      return closeRoom(room, message.requestId);
    case 'call':
      return callIn(room, message.memberId);
    case 'inspect':
      return roomView(room, null);
    case 'turn':
      return room.closed ? undefined : message.run();
    default:
      throw new TypeError(`no such message: ${JSON.stringify(message satisfies never)}`);
  }
}

function request(room: ConsultationRoom, { connectionId, name, payload, requestId }: SeatRequest): unknown {
  const seat = room.seats.byConnection(connectionId);
  permit(name, seat ?? { stage: 'connected' });
  if (!seat) throw new RoomError('not_joined');
  const handler = handlers[name] as (
    room: ConsultationRoom,
    seat: Seat,
    payload: RequestPayload<SeatRequestName>,
    requestId: string,
  ) => unknown;
  return handler(room, seat, payload, requestId);
}

/** Closes the room when it has been empty for a while. The visit goes on: it opens again at the next join. */
function createCloser(room: ConsultationRoom, self: Self<RoomMessage>): { look(): void; close(): void } {
  let alarm: Alarm | undefined;
  const look = (): void => {
    if (!isEmpty(room)) {
      alarm?.cancel();
      alarm = undefined;
      return;
    }
    alarm ??= room.alarms.after(room.config.ROOM_EMPTY_MS, () => room.turn(expire));
  };
  const expire = (): void => {
    alarm = undefined;
    if (isEmpty(room)) self.retire();
    if (!room.closed) look();
  };
  return { look, close: () => alarm?.cancel() };
}

/** Records the moment at which the visit begins: when practitioner and patient are both inside for the first time, or when told to. */
function createStarter(room: ConsultationRoom): { look(): void; start(): Promise<void> } {
  let starting: Promise<void> | undefined;
  const inside = (role: string): boolean => room.seats.at('room').some((seat) => seat.role === role && seat.connectionId !== null);
  const record = async (): Promise<void> => {
    const at = Date.now();
    const { consultationId, epoch } = room.facts;
    await durable(room.log, 'policy.started', room.policy.started(consultationId, epoch, at));
    room.turn(() => {
      room.startedAt = at;
      room.channel.toAll('room:updated', roomUpdate(room));
    });
  };
  const start = async (): Promise<void> => {
    if (room.startedAt !== null) return;
    try {
      await (starting ??= record());
    } catch (error) {
      starting = undefined;
      if (error instanceof RoomError && error.code === 'stale_epoch') room.quit('fenced');
      throw error;
    }
  };
  let again: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    if (starting || again || room.startedAt !== null || !inside('practitioner') || !inside('patient')) return;
    // Outside the turn: nobody inside waits for the record.
    start().catch(() => {
      again = setTimeout(() => {
        again = undefined;
        room.turn(look);
      }, START_RETRY_MS).unref();
    });
  };
  return { look, start };
}

async function stop(
  room: ConsultationRoom,
  reason: StopReason,
  closer: { close(): void },
  { snapshots }: ConsultationRoomOptions,
): Promise<void> {
  room.closed = true;
  closer.close();
  room.attendance.close();
  for (const seat of [...room.seats.at('room'), ...room.seats.at('lobby')]) seat.grace?.cancel();
  const recorded = room.recording.close(reason);
  room.link.close();
  const { consultationId, epoch } = room.facts;
  await recorded;
  if (reason === 'ended' || reason === 'fenced') await room.snapshots.cancel();
  else await room.snapshots.flush();
  if (reason === 'ended') await durable(room.log, 'snapshots.remove', snapshots.remove(consultationId, epoch));
  // A shutdown breaks the connections of its own node by itself, and those of other nodes here.
  if (reason === 'failed' || reason === 'fenced' || reason === 'shutdown') room.channel.recycle();
}

function takeSnapshot(room: ConsultationRoom): RoomSnapshot {
  const seats = [...room.seats.at('room'), ...room.seats.at('lobby')].map((seat) => keptOf(seat));
  return {
    version: 1,
    locked: room.locked,
    admitted: [...room.admitted],
    held: [...room.held],
    seen: room.attendance.seen(),
    seats,
    recording: room.recording.kept(),
  };
}

/** Keeps a seat of before for its person to come back to. */
function restoreSeat(room: ConsultationRoom, saved: SeatSnapshot): void {
  const now = {
    connectionId: null,
    lostConnectionId: null,
    rtpCapabilities: null,
    chatAfterSeq: 0,
    quality: { up: 0, down: 0 } as const,
    showsRecording: false,
    media: null,
    grace: undefined,
  };
  const seat: Seat = { ...saved, ...now };
  room.seats.add(seat);
  keepForGrace(room, seat);
}
