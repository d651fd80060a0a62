/**
 * Somebody in a visit who comes back by themselves, as the web client does: over any node that answers, with their chat caught up and
 * new media where the old is gone. What they were told stays, so that a play can judge it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Ack,
  ChatMessage,
  InLobby,
  InRoom,
  LobbyEntry,
  MediaSession,
  PeerView,
  Reply,
  RequestInput,
  RequestName,
} from '#rooms/protocol.ts';
import type { RtpCapabilities } from '#sfu/types.ts';
import { connect, consumer, openMedia, receiver, type RoomSocket } from '#tests/support/room-client.ts';
import { createRtcClient, type Received, type RtcClient } from '#tests/support/rtc-client.ts';
import { until } from '#tests/support/wait.ts';

export interface RoomPersonOptions {
  token: string;
  consultationId: string;
  /** The nodes, in the order in which they are tried. */
  urls: readonly string[];
  /** With them the person sends and receives sound. */
  capabilities?: RtpCapabilities;
}

/** Told to wait and try again. */
const AGAIN = new Set([
  ...['disconnected', 'deadline', 'rate_limited', 'room_busy', 'room_moved', 'stale_epoch', 'media_full', 'media_unavailable'],
  ...['shutting_down', 'storage_unavailable', 'internal', 'not_joined', 'already_joined'],
]);
const CONNECT_MS = 2_000;
const ANSWER_MS = 7_000;
const PAUSE_MS = 100;
const LEAVE_MS = 10_000;
const HISTORY = 200;
/** Longer texts are not kept: ten minutes of them at every reader would fill the memory of the play. */
const KEPT_TEXT = 200;
/** A consultation's media in werift is one sound. */
const SOURCE = 'microphone';

type ConsumerView = MediaSession['consumers'][number];

class Refused extends Error {
  readonly code: string;

  constructor(name: string, code: string) {
    super(`${name}: ${code}`);
    this.code = code;
  }
}

export class RoomPerson {
  readonly deviceId = randomUUID();
  /** Messages by number. */
  readonly chat = new Map<number, ChatMessage>();
  readonly peers = new Map<string, PeerView>();
  lobby: readonly LobbyEntry[] = [];
  phase: 'out' | 'lobby' | 'room' = 'out';
  peerId = '';
  /** `performance.now()` when the last way in was done. */
  cameAt = 0;
  /** Why the last try to come in failed. */
  trouble = '';
  /** How often its media was made anew while it was connected. */
  restarts = 0;
  /** What must not be: two messages under one number, one message twice, a refusal for good. */
  readonly faults: string[] = [];
  readonly #options: RoomPersonOptions;
  readonly #received = new Map<string, Received>();
  /** Consumers of this media that are received, or about to be. */
  readonly #begun = new Set<string>();
  #at = 0;
  #socket: RoomSocket | null = null;
  #rtc: RtcClient | undefined;
  #mediaId: string | null = null;
  #closed = false;
  #moving = false;
  #reading = false;
  #latest = 0;
  #contiguous = 0;

  constructor(options: RoomPersonOptions) {
    this.#options = options;
  }

  /** Comes in, to the lobby or the room. @param url of the node that is tried first */
  async come(url?: string): Promise<void> {
    const { capabilities, urls } = this.#options;
    if (url !== undefined) this.#at = urls.indexOf(url);
    if (capabilities) this.#rtc = await createRtcClient(capabilities);
    void this.#stay();
    await until(`${this.deviceId} to come in`, () => this.phase !== 'out', 20_000, 20);
  }

  /** Comes back over this node, if it is not where they are. */
  async moveTo(url: string): Promise<void> {
    if (this.#socket?.connected && this.url === url && this.phase !== 'out') return;
    this.#at = this.#options.urls.indexOf(url);
    const before = this.cameAt;
    this.#moving = true;
    this.cut();
    await until('somebody to come back', () => this.cameAt > before && this.phase !== 'out', 20_000, 20);
  }

  /** Breaks the connection. */
  cut(): void {
    this.#socket?.disconnect();
  }

  get url(): string {
    return this.#options.urls[this.#at % this.#options.urls.length] as string;
  }

  /** Asks once. @throws {Refused} with the code, `disconnected` without an answer */
  async ask<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<Reply<N>> {
    const socket = this.#socket;
    if (!socket?.connected) throw new Refused(name, 'disconnected');
    return askOn(socket, name, payload);
  }

  /** Asks until there is an answer other than "later". @throws {Refused} */
  async insist<N extends RequestName>(name: N, payload: RequestInput<N>, withinMs = 30_000): Promise<Reply<N>> {
    const end = performance.now() + withinMs;
    for (;;) {
      try {
        return await this.ask(name, payload);
      } catch (error) {
        // Whoever was turned away for good does not come back to ask: that is what has to be told.
        if (this.#closed) throw new Error(this.faults.at(-1) ?? `${name} of somebody who has left`, { cause: error });
        if (!(error instanceof Refused) || !AGAIN.has(error.code)) throw error;
        if (performance.now() > end) throw new Error(`${name} was not answered in time; the way in: ${this.trouble}`, { cause: error });
      }
      await sleep(PAUSE_MS);
    }
  }

  /** Writes something, under one id however often it has to be sent. @returns its number */
  async say(text: string, clientMessageId: string = randomUUID()): Promise<number> {
    return (await this.insist('chat:send', { text, clientMessageId })).seq;
  }

  /** Reads everything that the room has. */
  async readAll(): Promise<void> {
    for (;;) {
      const { messages, latestSeq } = await this.insist('chat:history', { afterSeq: this.#contiguous, limit: HISTORY });
      this.#take(messages, latestSeq);
      if (this.#contiguous >= latestSeq) return;
    }
  }

  /** The connection itself, for plays that break it. */
  get socket(): RoomSocket | null {
    return this.#socket;
  }

  /** Packets of sound of somebody else, over the last connection to them. */
  hears(peerId: string): number {
    return this.#received.get(`${peerId}/${SOURCE}`)?.packets() ?? 0;
  }

  /** Gives the seat up and stays away. */
  async leave(): Promise<void> {
    // A seat without a connection is kept for a while: whoever has just lost theirs gives it up when they are back.
    if (!this.#closed) await until('somebody to be there', () => this.phase !== 'out', LEAVE_MS, 20).catch(() => undefined);
    await this.ask('room:leave', {}).catch(() => undefined);
    this.close();
  }

  close(): void {
    this.#closed = true;
    this.#rtc?.close();
    this.#socket?.close();
  }

  async #stay(): Promise<void> {
    while (!this.#closed) {
      try {
        const socket = await connect(this.url, this.#options.token, CONNECT_MS);
        const gone = new Promise<void>((done) => void socket.once('disconnect', () => done()));
        this.#listen(socket);
        this.#socket = socket;
        if (await this.#enter(socket)) await gone;
        socket.close();
      } catch (error) {
        this.trouble = `${this.url}: ${String(error)}`;
        await sleep(PAUSE_MS);
      }
      this.phase = 'out';
      if (!this.#moving) this.#at++;
      this.#moving = false;
    }
  }

  /** @returns false when the socket went first, or there is no way in */
  async #enter(socket: RoomSocket): Promise<boolean> {
    const { consultationId } = this.#options;
    for (;;) {
      if (this.#closed || !socket.connected) return false;
      const rtpCapabilities = (this.#rtc?.rtpCapabilities ?? null) as RequestInput<'room:join'>['rtpCapabilities'];
      const held = { mediaSessionId: this.#mediaId, chatAfterSeq: this.#contiguous };
      try {
        const answer = await askOn(socket, 'room:join', { consultationId, deviceId: this.deviceId, rtpCapabilities, ...held });
        await this.#entered(socket, answer);
        return true;
      } catch (error) {
        const { code } = error as Refused;
        this.trouble = `${this.url}: ${String(error)}`;
        if (!AGAIN.has(code)) {
          this.faults.push(`room:join: ${code ?? String(error)}`);
          this.#closed = true;
          return false;
        }
        await sleep(PAUSE_MS);
      }
    }
  }

  async #entered(socket: RoomSocket, answer: InLobby | InRoom): Promise<void> {
    this.peerId = answer.self.peerId;
    this.phase = answer.phase;
    this.cameAt = performance.now();
    if (answer.phase === 'lobby') return;
    this.peers.clear();
    for (const peer of answer.room.peers) this.peers.set(peer.id, peer);
    this.lobby = answer.room.lobby;
    this.#take(answer.chat.messages, answer.chat.latestSeq);
    if (!answer.media || !this.#rtc) return;
    if (!answer.media.resumed) return this.#open(socket, answer.media);
    // Who began to send meanwhile.
    for (const view of answer.media.consumers) this.#begin(view);
  }

  /** Once: what is told by an event may stand in the answer of a join as well. */
  #begin(view: ConsumerView): void {
    if (this.#begun.has(view.id)) return;
    this.#begun.add(view.id);
    this.#receive(consumer(view));
  }

  #take(messages: readonly ChatMessage[], latestSeq = 0): void {
    for (const message of messages) {
      const before = this.chat.get(message.seq);
      if (before && before.clientMessageId !== message.clientMessageId) this.faults.push(`two messages have the number ${message.seq}`);
      this.chat.set(message.seq, message.text.length > KEPT_TEXT ? { ...message, text: '' } : message);
      this.#latest = Math.max(this.#latest, message.seq);
    }
    this.#latest = Math.max(this.#latest, latestSeq);
    while (this.chat.has(this.#contiguous + 1)) this.#contiguous++;
    // Something was told to nobody: it is asked for.
    if (this.#latest > this.#contiguous && !this.#reading) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    this.#reading = true;
    await this.readAll().catch(() => undefined);
    this.#reading = false;
  }

  #listen(socket: RoomSocket): void {
    const { peers } = this;
    socket.on('chat:posted', ({ messages }) => this.#take(messages));
    socket.on('peer:joined', ({ peer }) => peers.set(peer.id, peer));
    socket.on('peer:updated', ({ peer }) => peers.set(peer.id, peer));
    socket.on('peer:left', ({ peerId }) => peers.delete(peerId));
    socket.on('lobby:updated', ({ lobby }) => void (this.lobby = lobby));
    socket.on('room:admitted', (answer) => void this.#entered(socket, answer).catch((error) => this.faults.push(String(error))));
    socket.on('media:restarted', ({ media }) => {
      this.restarts++;
      void this.#open(socket, media).catch(() => undefined);
    });
    socket.on('consumer:created', (event) => this.#begin(event.consumer));
  }

  #receive: ReturnType<typeof receiver> = () => undefined;

  async #open(socket: RoomSocket, media: MediaSession): Promise<void> {
    const rtc = this.#rtc;
    if (!rtc || this.#closed) return;
    // Named once it is set up: whoever is cut off before needs it anew.
    this.#mediaId = null;
    this.#received.clear();
    this.#begun.clear();
    openMedia(rtc, media, (name, payload) => askOn(socket, name, payload));
    // Over the connection that there is by then: media outlives it.
    const resume = (consumerIds: string[]): Promise<unknown> => this.insist('consumer:resume', { consumerIds });
    // When its connection goes, or its media once more: the next way in receives everything anew.
    const receive = (this.#receive = receiver(rtc, this.#received, resume, () => undefined));
    for (const view of media.consumers) this.#begin(view);
    if (media.send) await rtc.publish(SOURCE);
    if (this.#receive === receive) this.#mediaId = media.id;
  }
}

/** @throws {Refused} */
async function askOn<N extends RequestName>(socket: RoomSocket, name: N, payload: RequestInput<N>): Promise<Reply<N>> {
  const emit = socket.timeout(ANSWER_MS) as unknown as { emitWithAck(name: string, payload: unknown): Promise<Ack<N>> };
  // A connection that breaks ends it as well.
  const answer = await emit.emitWithAck(name, payload).catch(() => {
    throw new Refused(name, socket.connected ? 'deadline' : 'disconnected');
  });
  if (!answer.ok) throw new Refused(name, answer.error.code);
  return answer.data as Reply<N>;
}
