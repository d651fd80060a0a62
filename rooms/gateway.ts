/** Where sockets end: handshake, limits, validation, one answer to every request. Behind it are plain messages. */
import type { Server as HttpServer } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '#config/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import { Server, type ServerOptions } from 'socket.io';
import { isExpected } from './actor.ts';
import { type Answer, type Answers, createAnswers, type Sender } from './answers.ts';
import { createBudget, createFloodGuard } from './budgets.ts';
import { connectionId } from './connection-id.ts';
import type { IceServers } from './consultation-state.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import { createFarewells, type Farewells } from './farewells.ts';
import { type Figures, raise } from './figures.ts';
import { acceptsOrigin, authenticate, refusal, versionOf } from './handshake.ts';
import { eventName, type Inbound, isRequest, parse } from './inbound.ts';
import { createLifetime } from './lifetime.ts';
import { capOutbound, terminate } from './outbound-cap.ts';
import { frameOnce, writeDirectly } from './one-frame.ts';
import { createPaced, type Paced } from './paced.ts';
import { createPeople, type People } from './people.ts';
import type { Authenticator, ConsultationPolicy, Identity, Logger, Span, Tracing } from './ports.ts';
import { createProbes } from './probes.ts';
import { type RequestPayload, requests } from './protocol.ts';
import type { RoomMessage } from './room-messages.ts';
import type { AskOptions, Router } from './router.ts';
import { channelName, consultationOf, readSession } from './session.ts';
import { createSessionSockets, endSession } from './session-sockets.ts';
import type { GatewayServer, GatewaySocket, SocketData } from './socket-types.ts';

export interface GatewayOptions {
  config: Config;
  log: Logger;
  authenticator: Authenticator;
  media: MediaServer;
  policy: ConsultationPolicy;
  router: Router<RoomMessage>;
  iceServers: (userId: string) => IceServers;
  nodeId: string;
  figures: Pick<Figures, 'refusals'>;
  tracing?: Tracing | null | undefined;
  /** Takes what is sent to rooms across nodes; default: this node only. */
  adapter?: ServerOptions['adapter'] | undefined;
}

/** Messages since the start. */
export interface GatewayCounters {
  received: number;
  answered: number;
  refused: number;
  rateLimited: number;
  cut: number;
}

export interface Gateway {
  readonly io: GatewayServer;
  readonly counters: Readonly<GatewayCounters>;
  readonly sockets: number;
  /** Lost connections that their rooms could not be told of yet. */
  readonly unsaid: number;
  attach(server: HttpServer | HttpsServer): void;
  /** No socket comes in from now on: those that are there are about to be sent on. */
  leave(): void;
  /** New joins are refused from now on. */
  drain(): void;
  /**
   * Breaks the connections that this node has in these Socket.IO rooms, or all, in the way after which clients come back by themselves. Of
   * many the last a moment later: each of them costs a handshake and a join.
   */
  recycle(rooms?: readonly string[]): void;
  /** The consultations in which sockets of this node are. */
  visits(): Set<string>;
  /** Breaks all connections in the way after which clients reconnect by themselves. */
  close(): Promise<void>;
}

/** Time that the outermost deadline leaves to the ones further in, in ms. */
const MARGIN_MS = 1_000;
/** Frames beyond this multiple of the budget within one second end the connection. */
const FLOOD_FACTOR = 5;
/** Time in which a room tells why it puts somebody out, before their socket is closed because of a revoked session, in ms. */
const LAST_WORD_MS = 100;
/** Time that sockets have for the closing handshake, in ms. */
const GOODBYE_MS = 500;
/** Rooms remembered per socket; a page uses one or two. */
const MAX_VISITED = 20;
const CONNECT_TIMEOUT_MS = 10_000;

export function createGateway(options: GatewayOptions): Gateway {
  return new SocketGateway(options);
}

class SocketGateway implements Gateway {
  readonly io: GatewayServer;
  readonly counters: GatewayCounters = { received: 0, answered: 0, refused: 0, rateLimited: 0, cut: 0 };
  readonly #options: GatewayOptions;
  readonly #answers: Answers;
  readonly #sessions = createSessionSockets();
  readonly #people: People;
  readonly #farewells: Farewells;
  readonly #leavers: Paced = createPaced((id) => this.io.of('/').sockets.get(id)?.conn.close());
  readonly #unsubscribe: () => void;
  #leaving = false;
  #draining = false;
  #closed = false;

  constructor(options: GatewayOptions) {
    const { config, authenticator, adapter } = options;
    this.#options = options;
    this.#people = createPeople(config.RATE_JOIN_PER_10_SECONDS);
    this.#farewells = createFarewells({ tell: options.router.tell, config, clustered: adapter !== undefined, log: options.log });
    this.#answers = createAnswers(config.ROOM_ASK_TIMEOUT_MS + MARGIN_MS);
    this.io = new Server({
      serveClient: false,
      // One transport, no long polling: any node behind any balancer can take any connection.
      transports: ['websocket'],
      perMessageDeflate: false,
      maxHttpBufferSize: config.SOCKET_MAX_BYTES,
      pingInterval: config.SOCKET_PING_MS,
      pingTimeout: config.SOCKET_PING_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      ...(adapter && { adapter }),
      allowRequest: (request, answer) => answer(null, !this.#leaving && acceptsOrigin(config, request)),
    });
    frameOnce(this.io);
    this.io.use((socket, next) => this.#admit(socket, next));
    this.io.on('connection', (socket) => this.#connect(socket));
    this.io.on('rooms:recycle', (rooms) => this.recycle(rooms));
    this.#unsubscribe = authenticator.onRevoked((sessionId) => {
      // Requests are refused from now on. A removal ends a guest's session before its room could say `kicked`.
      for (const socket of this.#sessions.of(sessionId)) setTimeout(() => endSession(socket), LAST_WORD_MS).unref();
    });
  }

  get sockets(): number {
    return this.io.of('/').sockets.size;
  }

  get unsaid(): number {
    return this.#farewells.waiting;
  }

  attach(server: HttpServer | HttpsServer): void {
    this.io.attach(server);
  }

  leave(): void {
    this.#leaving = true;
  }

  drain(): void {
    this.#draining = true;
  }

  recycle(rooms?: readonly string[]): void {
    const { sockets, adapter } = this.io.of('/');
    // Each socket is in a room of its own name.
    this.#leavers.add((rooms ?? [...sockets.keys()]).flatMap((room) => [...(adapter.rooms.get(room) ?? [])]));
  }

  visits(): Set<string> {
    const sessions = [...this.io.of('/').sockets.values()].map(({ rooms }) => readSession(rooms));
    return new Set(sessions.flatMap((session) => (session.state === 'connected' ? [] : [session.consultationId])));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leaving = true;
    this.#draining = true;
    this.#unsubscribe();
    this.#answers.close();
    this.#farewells.close();
    this.#leavers.close();
    const sockets = [...this.io.of('/').sockets.values()];
    // Not `io.close()`: that would close the HTTP server, which is not ours.
    this.io.engine?.close();
    const end = performance.now() + GOODBYE_MS;
    while (sockets.some(({ connected }) => connected) && performance.now() < end) await sleep(GOODBYE_MS / 20);
    for (const socket of sockets) if (socket.connected) terminate(socket);
  }

  #admit(socket: GatewaySocket, next: (error?: Error) => void): void {
    const { config, authenticator, media, iceServers, log, nodeId } = this.#options;
    const admitted = authenticate(authenticator, socket.handshake.auth).then((identity) => {
      // Its end has been told already: it would be counted for ever.
      if (socket.conn.readyState !== 'open') throw new RoomError('deadline');
      const userId = userIdOf(identity);
      this.#sessions.add(socket, identity.sessionId);
      const person = this.#people.come(userId);
      socket.conn.once('close', () => this.#people.go(userId));
      const data: SocketData = {
        connection: connectionId(nodeId, socket.id),
        identity,
        ...versionOf(socket.handshake.auth),
        lifetime: createLifetime(() => endSession(socket)),
        joining: null,
        visited: new Set(),
        goneBy: 'disconnected',
        requests: 0,
        control: createBudget(config.RATE_SOCKET_PER_SECOND, config.RATE_SOCKET_PER_SECOND / 1_000),
        person,
        probes: createProbes(media, () => iceServers(userId), person.probes),
      };
      Object.assign(socket.data, data);
    });
    admitted.then(
      () => next(),
      (error: unknown) => {
        if (!isExpected(error)) log.error({ err: error, connectionId: socket.id }, 'handshake failed');
        next(refusal(error));
      },
    );
  }

  #connect(socket: GatewaySocket): void {
    capOutbound(socket, (bytes) => this.#cut(socket, 'socket cut: it does not read', { bytes }));
    writeDirectly(socket);
    this.#guardInbound(socket);
    socket.onAny((event: unknown, ...args: unknown[]) => this.#receive(socket, event, args));
    const { identity } = socket.data;
    if (identity.kind === 'user') void socket.join(channelName.user(identity.userId));
    socket.data.lifetime.until(identity.expiresAt);
    socket.once('disconnecting', () => {
      socket.data.lifetime.stop();
      socket.data.probes.close();
      this.#tellGone(socket);
    });
  }

  /** Tells every room that the socket ever asked for: a join that ran out of time here may still succeed there. */
  #tellGone({ id, data }: GatewaySocket): void {
    if (this.#closed) return;
    const message = { kind: 'gone', connectionId: data.connection, reason: data.goneBy } as const;
    for (const roomId of data.visited) this.#farewells.say(roomId, message, `${id}:gone`);
  }

  #cut(socket: GatewaySocket, why: string, fields: object = {}): void {
    this.counters.cut++;
    this.#options.log.warn({ connectionId: socket.id, ...fields }, why);
  }

  #guardInbound(socket: GatewaySocket): void {
    const flooded = createFloodGuard(this.#options.config.RATE_SOCKET_PER_SECOND * FLOOD_FACTOR);
    let over = false;
    socket.conn.on('data', (data: unknown) => {
      if (over) return;
      // The protocol is text. Binary attachments would be held back until the last of them came.
      const binary = typeof data !== 'string';
      if (!binary && !flooded()) return;
      over = true;
      this.#cut(socket, binary ? 'socket cut: binary frames' : 'socket cut: flood');
      socket.conn.close(true);
    });
  }

  /** One packet from a socket. Whatever it is, it gets one answer. */
  #receive(socket: GatewaySocket, event: unknown, args: unknown[]): void {
    this.counters.received++;
    socket.data.requests++;
    const { tracing } = this.#options;
    const span = tracing?.start({
      name: `socket ${isRequest(event) ? event : 'unknown'}`,
      kind: 'server',
      parent: null,
      attributes: { 'wenzhen.request_id': this.#ask(socket).requestId },
    });
    if (span) span.run(() => this.#answer(socket, event, args, span));
    else this.#answer(socket, event, args);
  }

  #answer(socket: GatewaySocket, event: unknown, args: unknown[], span?: Span): void {
    const sender = this.#track(socket, event, args.at(-1), span);
    try {
      if (this.#options.authenticator.isRevoked(socket.data.identity.sessionId)) {
        sender.reject(new RoomError('session_revoked'));
        return endSession(socket);
      }
      this.#charge(socket, event);
      this.#dispatch(socket, parse(eventName(event), args[0], socket.data.newer), sender);
    } catch (error) {
      sender.reject(error);
    }
  }

  #track(socket: GatewaySocket, event: unknown, last: unknown, span?: Span): Sender {
    const ack = typeof last === 'function' ? (last as (answer: Answer) => void) : undefined;
    const { requestId } = this.#ask(socket);
    const count = (answer: Answer): void => {
      this.counters.answered++;
      if (!answer.ok) {
        this.counters.refused++;
        raise(this.#options.figures.refusals, answer.error.code);
      }
      span?.end(answer.ok ? undefined : answer.error.code);
      const quotable = !answer.ok && answer.error.code === 'internal';
      ack?.(quotable ? { ok: false, error: { ...answer.error, requestId } } : answer);
    };
    return this.#answers.track(count, (error) => {
      if (!isExpected(error)) this.#options.log.error({ err: error, event: String(event).slice(0, 64), requestId }, 'request failed');
    });
  }

  /** @throws {RoomError} `rate_limited` */
  #charge({ data }: GatewaySocket, event: unknown): void {
    const budget = isRequest(event) ? requests[event].budget : 'control';
    // Chat is counted by the room too, but a repetition of a known message is not.
    const { control, person } = data;
    const extra = budget === 'probe' ? person.probing : budget === 'join' ? person.joining : null;
    if (control.take() && (!extra || extra.take())) return;
    this.counters.rateLimited++;
    throw new RoomError('rate_limited');
  }

  #ask({ id, data }: GatewaySocket): AskOptions {
    return { deadlineMs: this.#options.config.ROOM_ASK_TIMEOUT_MS, requestId: `${id}:${data.requests}` };
  }

  #dispatch(socket: GatewaySocket, inbound: Inbound, sender: Sender): void {
    switch (inbound.name) {
      case 'session:renew':
        return void this.#renew(socket, inbound.payload.token).then(sender.resolve, sender.reject);
      case 'room:join':
        return this.#join(socket, inbound.payload, sender);
      case 'probe:open':
        return void socket.data.probes.open(inbound.payload).then(sender.resolve, sender.reject);
      case 'probe:connect':
        return void socket.data.probes.connect(inbound.payload).then(sender.resolve, sender.reject);
      default: {
        const consultationId = consultationOf(readSession(socket.rooms), inbound.name);
        const ask = this.#ask(socket);
        const message: RoomMessage = { kind: 'request', connectionId: socket.data.connection, requestId: ask.requestId, ...inbound };
        this.#options.router.post(consultationId, message, ask, sender.resolve, (error) => {
          sender.reject(error);
          // Its room took this node for gone, and forgot the socket: the client comes back and takes its seat again.
          if (isNotJoined(error) && readSession(socket.rooms).state !== 'connected') socket.conn.close();
        });
      }
    }
  }

  /** The socket lives on with another token of its session. @throws {RoomError} `unauthenticated`, `session_revoked`, `forbidden` */
  async #renew(socket: GatewaySocket, token: string): Promise<{ expiresAt: number }> {
    const identity = await this.#options.authenticator.authenticate(token);
    const { data } = socket;
    if (identity.sessionId !== data.identity.sessionId) throw new RoomError('forbidden');
    // An older one that arrives late must not shorten its life.
    if (identity.expiresAt > data.identity.expiresAt && !socket.disconnected) {
      data.identity = identity;
      data.lifetime.until(identity.expiresAt);
    }
    return { expiresAt: data.identity.expiresAt };
  }

  #join(socket: GatewaySocket, payload: RequestPayload<'room:join'>, sender: Sender): void {
    const { consultationId } = payload;
    const { data } = socket;
    const session = readSession(socket.rooms);
    const elsewhere = session.state === 'connected' ? data.joining : session.consultationId;
    if (this.#draining) throw new RoomError('shutting_down');
    if (elsewhere !== null && elsewhere !== consultationId) throw new RoomError('already_joined');
    data.joining = consultationId;
    remember(data.visited, consultationId);
    const settle = (answer: () => void): void => {
      if (data.joining === consultationId) data.joining = null;
      answer();
      // Gone while the room was still being looked for: it could not be told then.
      if (socket.disconnected) this.#tellGone(socket);
    };
    const { router, policy, log } = this.#options;
    const { identity } = data;
    const ask = this.#ask(socket);
    // Opening writes to the database and holds a room in memory: not for somebody who may not come in.
    const mayOpen = (): Promise<unknown> =>
      durable(log, 'policy.authorize', policy.authorize(consultationId, identity), { roomId: consultationId, requestId: ask.requestId });
    router.post(
      consultationId,
      { kind: 'join', connectionId: data.connection, identity, payload, requestId: ask.requestId, showsRecording: data.showsRecording },
      { ...ask, mayOpen },
      (value) =>
        settle(() => {
          if (readSession(socket.rooms).state !== 'connected') return sender.resolve(value);
          // The owner has let the socket in before it answered, and that got lost on its way: it would sit in the room and be told nothing.
          sender.reject(new RoomError('room_moved'));
          socket.conn.close();
        }),
      (error) => settle(() => sender.reject(error)),
    );
  }
}

function remember(visited: Set<string>, consultationId: string): void {
  visited.delete(consultationId);
  visited.add(consultationId);
  const oldest = visited.values().next().value;
  if (visited.size > MAX_VISITED && oldest !== undefined) visited.delete(oldest);
}

const isNotJoined = (error: unknown): boolean => error instanceof RoomError && error.code === 'not_joined';

const userIdOf = (identity: Identity): string => (identity.kind === 'user' ? identity.userId : identity.memberId);
