/** Messages of room actors. Those of the first group are plain JSON: they may come from another node. */
import type { Identity } from './ports.ts';
import type { RequestName, RequestPayload } from './protocol.ts';

/** Requests that a seat makes; the rest are handled before a seat exists. */
export type SeatRequestName = Exclude<RequestName, 'session:renew' | 'room:join' | 'probe:open' | 'probe:connect'>;

export type RoomMessage =
  /** `showsRecording`: whether the page can ask its person for consent; absent from nodes that do not know of it. */
  | {
      kind: 'join';
      connectionId: string;
      identity: Identity;
      payload: RequestPayload<'room:join'>;
      requestId: string;
      showsRecording?: boolean;
    }
  | SeatRequest
  /** A socket is gone; `session_revoked` also gives up the seat. */
  | { kind: 'gone'; connectionId: string; reason: 'disconnected' | 'session_revoked' }
  /** A whole node is gone, and every socket on it. */
  | { kind: 'node-gone'; nodeId: string }
  | { kind: 'end'; byMemberId: string | null; requestId: string }
  /** The visit begins, whoever is there. */
  | { kind: 'start'; requestId: string }
  /** Everybody is shown out; the visit goes on. */
  | { kind: 'close'; requestId: string }
  /** This member is let in, now or when they come. */
  | { kind: 'call'; memberId: string; requestId: string }
  | { kind: 'inspect' }
  | Turn
  | MeetAnew;

export type SeatRequest = {
  [N in SeatRequestName]: { kind: 'request'; connectionId: string; name: N; payload: RequestPayload<N>; requestId: string };
}[SeatRequestName];

/** Work that the actor gives to itself: a timer that fired, media that became ready. */
export interface Turn {
  kind: 'turn';
  run: () => unknown;
}

/** What this node and the others told each other may be lost. */
export interface MeetAnew {
  kind: 'meet-anew';
  /** This node. */
  nodeId: string;
}
