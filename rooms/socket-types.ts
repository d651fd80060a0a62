/** The typed Socket.IO server and socket of the gateway. */
import type { Server, Socket } from 'socket.io';
import type { Budget } from './budgets.ts';
import type { Person } from './people.ts';
import type { Lifetime } from './lifetime.ts';
import type { Identity } from './ports.ts';
import type { ClientToServer, ServerToClient } from './protocol.ts';
import type { Probes } from './probes.ts';

export interface SocketData {
  /** What rooms know the socket by; see `connection-id.ts`. */
  connection: string;
  identity: Identity;
  /** Its page shows that a visit is recorded. */
  showsRecording: boolean;
  /** The page speaks a later minor version than this server. */
  newer: boolean;
  /** Ends with the token; a renewed token prolongs it. */
  lifetime: Lifetime;
  /** Consultation that a join is on its way to, or null. */
  joining: string | null;
  /** Consultations that this socket asked to join, latest last. */
  visited: Set<string>;
  /** What rooms are told when the socket goes. */
  goneBy: 'disconnected' | 'session_revoked';
  /** Requests so far; numbers the request ids. */
  requests: number;
  control: Budget;
  person: Person;
  probes: Probes;
}

/** What gateways tell each other. */
interface BetweenNodes {
  'rooms:recycle': (rooms: readonly string[]) => void;
}

export type GatewayServer = Server<ClientToServer, ServerToClient, BetweenNodes, SocketData>;
export type GatewaySocket = Socket<ClientToServer, ServerToClient, BetweenNodes, SocketData>;
