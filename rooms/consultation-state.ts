/** What the parts of a consultation room share: its facts, its people, its connections to the outside. */
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Alarms } from './alarms.ts';
import type { AttendanceBook } from './attendance.ts';
import type { ChatLog } from './chat-log.ts';
import type { Later } from './mailbox.ts';
import type { ConsultationPolicy, Logger, VisitFacts } from './ports.ts';
import type { InRoom, MediaSession } from './protocol.ts';
import type { RecordingDesk } from './recording.ts';
import type { RoomChannel } from './room-channel.ts';
import type { MediaLink } from './room-media-link.ts';
import type { SnapshotWriter } from './room-snapshot.ts';
import type { Seat, Seats } from './seats.ts';

export type IceServers = MediaSession['iceServers'];

/** Somebody on the way into the room, whose transports are being made. */
export interface Entry {
  seat: Seat;
  connectionId: string;
  /** How the way began: by a join, or by being let in from the lobby. */
  by: 'join' | 'admit';
  answer: Later<InRoom>;
  /** What the page said of its device; becomes the seat's when the way ends well. */
  device: Pick<Seat, 'rtpCapabilities' | 'audioOnly' | 'cameraHeld'>;
  /** The seat's living transports go on to be used. False: this way replaces them, and what it makes ends with it. */
  keepsMedia: boolean;
}

export interface ConsultationRoom {
  readonly facts: VisitFacts;
  readonly config: Config;
  readonly log: Logger;
  readonly policy: ConsultationPolicy;
  readonly channel: RoomChannel;
  readonly alarms: Alarms;
  readonly server: MediaServer;
  readonly iceServers: (userId: string) => IceServers;
  readonly seats: Seats;
  /** By peer id. */
  readonly entries: Map<string, Entry>;
  /** Sockets whose join is being looked up, each with the join that counts: the latest. */
  readonly arriving: Map<string, object>;
  /** Removals since this room was opened: a look-up from before one does not count any more. */
  removals: number;
  /** Members who sent far too much: from then on they only receive. */
  readonly silenced: Set<string>;
  /** Members who were let in once. */
  readonly admitted: Set<string>;
  /** Members who were sent back: they wait even where no lobby is asked for. */
  readonly held: Set<string>;
  readonly link: MediaLink;
  readonly chat: ChatLog;
  readonly attendance: AttendanceBook;
  readonly snapshots: SnapshotWriter;
  readonly recording: RecordingDesk;
  locked: boolean;
  startedAt: number | null;
  activeSpeaker: string | null;
  closed: boolean;
  /** Runs work as a turn of the actor. */
  turn(run: () => unknown): void;
  /** Follows every change of who is there: attendance, start, snapshot, closing when empty. */
  peopleChanged: () => void;
  /** Gives a seat new transports, if it is without any and needs some. */
  renewMedia: (seat: Seat) => void;
  /** Records that the visit has begun, unless it has already. Settles when that is stored. */
  start(): Promise<void>;
  /** Stops the actor: it was told to, the visit ended, or a newer owner exists. */
  quit(reason: 'closed' | 'ended' | 'fenced'): void;
}

/** Gives a newcomer's sender an error and forgets that they were coming. */
export function cancelEntry(room: ConsultationRoom, entry: Entry, error: unknown): void {
  const { seat, answer, keepsMedia } = entry;
  if (room.entries.get(seat.peerId) !== entry) return;
  room.entries.delete(seat.peerId);
  if (!keepsMedia) {
    room.link.detach(seat.peerId);
    seat.media = null;
  }
  answer.reject(error);
  // Another page may hold the seat still, and this way took its transports.
  room.turn(() => room.renewMedia(seat));
}
