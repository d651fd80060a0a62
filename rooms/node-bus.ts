/** Requests between nodes: to ask the owner of a room on behalf of a client that is connected elsewhere. */

export interface BusRequest {
  /** ms until the sender gives up */
  deadlineMs: number;
  /** The same id again is the same request: it is answered once and the answer repeated. */
  requestId: string;
}

/** Answers a request of another node. What it throws reaches the sender as a `RoomError`. */
export type BusHandler = (message: unknown, from: string) => Promise<unknown>;

/** One node's end of the bus. Messages and answers are plain JSON. */
export interface NodeBus {
  readonly nodeId: string;
  /** @throws {RoomError} what the other side threw, `deadline`, `room_moved` when there is no such node, `room_busy` when too many wait */
  request(nodeId: string, message: unknown, options: BusRequest): Promise<unknown>;
  /** Says who answers on this node; at most once. */
  serve(handler: BusHandler): void;
  /** Waiting requests fail with `shutting_down`; the node cannot be reached any more. */
  close(): Promise<void>;
}
