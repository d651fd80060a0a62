/** The media of one room: opened on first need, one set of transports a seat, opened anew when the worker is lost. */
import type { MediaServer, PeerMedia, RoomMedia, RtpCapabilities } from '#sfu/types.ts';

export interface AttachOptions {
  rtpCapabilities: RtpCapabilities;
  canSend: boolean;
  audioOnly: boolean;
}

export interface MediaLinkOptions {
  roomId: string;
  server: MediaServer;
  /** Subscribes to a freshly opened room media. */
  bind: (media: RoomMedia) => void;
  /** The worker is gone; every `PeerMedia` is closed. */
  onLost: () => void;
}

export interface MediaLink {
  /** Makes transports for a seat in place of those it had. @throws {MediaError} */
  attach(peerId: string, options: AttachOptions): Promise<PeerMedia>;
  /** Closes the transports of a seat, also ones that are just being made. */
  detach(peerId: string): void;
  /** Whether these transports are the seat's current ones on a living router. */
  owns(peerId: string, peer: PeerMedia): boolean;
  /** Process of the media worker; null before the first device with media comes. */
  readonly workerPid: number | null;
  close(): void;
}

export function createMediaLink(options: MediaLinkOptions): MediaLink {
  return new RoomMediaLink(options);
}

class RoomMediaLink implements MediaLink {
  readonly #options: MediaLinkOptions;
  #current: RoomMedia | undefined;
  #opening: Promise<RoomMedia> | undefined;
  #closed = false;
  /** Attachments of one seat run one after the other, because the seat has one place in the router. */
  readonly #tails = new Map<string, Promise<unknown>>();
  /** Counts attachments and detachments of a seat, so that an overtaken one can tell. */
  readonly #turns = new Map<string, number>();

  constructor(options: MediaLinkOptions) {
    this.#options = options;
  }

  attach(peerId: string, options: AttachOptions): Promise<PeerMedia> {
    const turn = this.#nextTurn(peerId);
    const before = this.#tails.get(peerId) ?? Promise.resolve();
    const made = before.then(() => this.#make(peerId, options, turn));
    const tail = made
      .catch(() => undefined)
      .then(() => {
        if (this.#tails.get(peerId) !== tail) return;
        this.#tails.delete(peerId);
        this.#turns.delete(peerId);
      });
    this.#tails.set(peerId, tail);
    return made;
  }

  detach(peerId: string): void {
    if (this.#tails.has(peerId)) this.#nextTurn(peerId);
    this.#current?.peer(peerId)?.close();
  }

  owns(peerId: string, peer: PeerMedia): boolean {
    const media = this.#current;
    return media !== undefined && !media.closed && !peer.closed && media.peer(peerId) === peer;
  }

  get workerPid(): number | null {
    return this.#current?.workerPid ?? null;
  }

  close(): void {
    this.#closed = true;
    const media = this.#current;
    this.#current = undefined;
    media?.close();
  }

  #nextTurn(peerId: string): number {
    const turn = (this.#turns.get(peerId) ?? 0) + 1;
    this.#turns.set(peerId, turn);
    return turn;
  }

  async #make(peerId: string, options: AttachOptions, turn: number): Promise<PeerMedia> {
    const media = await this.#open();
    media.peer(peerId)?.close();
    const peer = await media.addPeer({ peerId, ...options });
    if (this.#turns.get(peerId) !== turn) peer.close();
    return peer;
  }

  #open(): Promise<RoomMedia> {
    if (this.#current && !this.#current.closed) return Promise.resolve(this.#current);
    this.#opening ??= this.#start().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #start(): Promise<RoomMedia> {
    const { roomId, server, bind } = this.#options;
    const media = await server.openRoom(roomId);
    if (this.#closed) {
      media.close();
      return media;
    }
    this.#current = media;
    media.on('lost', () => this.#lose(media));
    bind(media);
    return media;
  }

  #lose(media: RoomMedia): void {
    if (this.#current !== media) return;
    this.#current = undefined;
    this.#options.onLost();
  }
}
