/** The places of people in a room and its lobby. A seat outlives its connection for the grace period. */
import type { Alarm } from './alarms.ts';
import type { PeerMedia, QualityLevel, RtpCapabilities } from '#sfu/types.ts';
import type { Role } from './protocol.ts';

/** Transports of a seat, and the name under which its page knows them. */
export interface SeatMedia {
  sessionId: string;
  peer: PeerMedia;
  canSend: boolean;
}

export interface Seat {
  readonly peerId: string;
  readonly memberId: string;
  readonly deviceId: string;
  name: string;
  role: Role;
  stage: 'lobby' | 'room';
  /** Socket, or null while the seat is kept for somebody whose connection broke. */
  connectionId: string | null;
  /** The one that was lost last. */
  lostConnectionId: string | null;
  /** null: text only */
  rtpCapabilities: RtpCapabilities | null;
  /** Highest chat number that the page had when it came. */
  chatAfterSeq: number;
  audioOnly: boolean;
  /** The camera is on but not sent, for want of upload. */
  cameraHeld: boolean;
  handRaisedAt: number | null;
  quality: { up: QualityLevel; down: QualityLevel };
  waitingSince: number;
  joinedAt: number;
  sentBack: boolean;
  /** Its page shows that a visit is recorded, and can ask for consent. */
  showsRecording: boolean;
  media: SeatMedia | null;
  grace: Alarm | undefined;
}

export interface Seats {
  readonly size: number;
  add(seat: Seat): void;
  remove(seat: Seat): void;
  has(seat: Seat): boolean;
  byPeer(peerId: string): Seat | undefined;
  byConnection(connectionId: string): Seat | undefined;
  byDevice(memberId: string, deviceId: string): Seat | undefined;
  ofMember(memberId: string): Seat[];
  at(stage: Seat['stage']): Seat[];
  /** Binds a seat to a socket, or to none. */
  connect(seat: Seat, connectionId: string | null): void;
}

export function createSeats(): Seats {
  const byPeer = new Map<string, Seat>();
  const byConnection = new Map<string, Seat>();
  const all = (): Seat[] => [...byPeer.values()];
  return {
    get size() {
      return byPeer.size;
    },
    add(seat) {
      byPeer.set(seat.peerId, seat);
      if (seat.connectionId) byConnection.set(seat.connectionId, seat);
    },
    remove(seat) {
      seat.grace?.cancel();
      byPeer.delete(seat.peerId);
      if (seat.connectionId) byConnection.delete(seat.connectionId);
    },
    has: (seat) => byPeer.get(seat.peerId) === seat,
    byPeer: (peerId) => byPeer.get(peerId),
    byConnection: (connectionId) => byConnection.get(connectionId),
    byDevice: (memberId, deviceId) => all().find((seat) => seat.memberId === memberId && seat.deviceId === deviceId),
    ofMember: (memberId) => all().filter((seat) => seat.memberId === memberId),
    at: (stage) => all().filter((seat) => seat.stage === stage),
    connect(seat, connectionId) {
      seat.grace?.cancel();
      if (seat.connectionId) byConnection.delete(seat.connectionId);
      seat.connectionId = connectionId;
      if (connectionId && byPeer.get(seat.peerId) === seat) byConnection.set(connectionId, seat);
    },
  };
}
