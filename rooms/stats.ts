/** The rooms of one node in numbers, for the metrics. */
import type { Actor } from './actor.ts';
import type { ConsultationBehaviour } from './consultation-room.ts';
import type { Figures } from './figures.ts';
import type { Gateway, GatewayCounters } from './gateway.ts';
import type { RoomMessage } from './room-messages.ts';

export interface RoomsStats {
  rooms: number;
  peers: number;
  lobby: number;
  sockets: number;
  /** Messages waiting in the fullest mailbox. */
  mailboxDepth: number;
  messages: Readonly<GatewayCounters>;
  /** How many rooms hold so many people; the key is the upper end. */
  sizes: Readonly<Record<string, number>>;
  /** The rooms with most people or most messages waiting; few. */
  busiest: readonly { roomId: string; peers: number; mailboxDepth: number }[];
  figures: Readonly<Figures>;
  /** Nodes that live as far as this one knows, with it. */
  nodes: number;
  /** Messages to the people of other nodes that Redis did not take, or not in time, since the start. */
  unsent: number;
  /** Lost connections that their rooms could not be told of yet. */
  unsaid: number;
}

/** Upper ends of the sizes of rooms in the metrics, in seats. */
const SIZES = [0, 1, 2, 4, 8, 16, 32, Infinity];
/** Rooms that the metrics name: names are series, and series are dear. */
const NAMED_ROOMS = 5;

function sizesOf(seats: readonly number[]): Record<string, number> {
  const below = (end: number): number => seats.filter((count) => count <= end).length;
  return Object.fromEntries(SIZES.map((end, index) => [String(end), below(end) - (index > 0 ? below(SIZES[index - 1] ?? 0) : 0)]));
}

function busiestOf(actors: Actor<RoomMessage>[]): RoomsStats['busiest'] {
  const rooms = actors.map(({ id: roomId, behaviour, mailbox }) => {
    return { roomId, peers: (behaviour as ConsultationBehaviour).peers, mailboxDepth: mailbox.depth };
  });
  const first = (of: 'peers' | 'mailboxDepth') =>
    rooms
      .filter((room) => room[of] > 0)
      .toSorted((a, b) => b[of] - a[of])
      .slice(0, NAMED_ROOMS);
  return [...new Set([...first('peers'), ...first('mailboxDepth')])];
}

export function statsOf(
  actors: Actor<RoomMessage>[],
  { sockets, counters, unsaid }: Gateway,
): Omit<RoomsStats, 'figures' | 'nodes' | 'unsent'> {
  const behaviours = actors.map((actor) => actor.behaviour as ConsultationBehaviour);
  return {
    rooms: actors.length,
    peers: behaviours.reduce((sum, { peers }) => sum + peers, 0),
    lobby: behaviours.reduce((sum, { lobby }) => sum + lobby, 0),
    sockets,
    unsaid,
    mailboxDepth: Math.max(0, ...actors.map((actor) => actor.mailbox.depth)),
    messages: { ...counters },
    sizes: sizesOf(behaviours.map(({ peers }) => peers)),
    busiest: busiestOf(actors),
  };
}
