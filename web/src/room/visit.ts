/**
 * One visit from the click on "join" to its end: keeps socket, media, chat and state together over every
 * reconnect. The screens only read its stores and call its functions.
 */
import type { InLobby, InRoom, Notification, NotificationName, RequestInput, RequestName } from '#rooms/protocol.ts';
import { createCall } from '../media/call.ts';
import { createDisplays } from '../media/displays.ts';
import type { LocalMedia } from '../media/local-media.ts';
import { watchPoorNetwork } from '../media/poor-network.ts';
import { outdated } from '../net/capabilities.ts';
import { RequestError } from '../net/request.ts';
import { openConnection } from '../net/socket.ts';
import { createStore } from '../store.ts';
import { announce } from './announce.ts';
import { captureMoment } from './capture-start.ts';
import { createChat } from './chat.ts';
import { noteRead } from './note-read.ts';
import { watchOwnUplink } from './own-uplink.ts';
import { toast } from './toasts.ts';
import { launch } from './launch.ts';
import { createTyping } from './typing.ts';
import { createJoiner, enterLobby, enterRoom } from './visit-join.ts';
import { holdCamera, mutedByOther, onPoorDownload, onPoorUpload, publish, setAudioOnly, watchQuality } from './visit-media.ts';
import type { VisitParts } from './visit-parts.ts';
import { applyNotification, initialVisit, type VisitState } from './visit-state.ts';

export interface Visit extends Readonly<
  Pick<VisitParts, 'id' | 'local' | 'state' | 'tracks' | 'path' | 'levels' | 'chat' | 'displays' | 'typing'>
> {
  /** Sends a command; a refusal is told to the person and answered with false. */
  command<N extends RequestName>(name: N, payload: RequestInput<N>): Promise<boolean>;
  setAudioOnly(on: boolean): void;
  /** Sends the own camera again after it was held back for a poor upload. */
  sendCamera(): void;
  /** Leaves for good and closes everything. */
  leave(): Promise<void>;
  /** Ends the visit on this page for an error code, unless it has ended already. */
  refuse(code: string): void;
  /** Closes everything without giving up the seat. */
  close(): void;
  /** Resolves when it is the screens' turn to use the page's thread. */
  readonly screens: Promise<unknown>;
}

export interface VisitOptions {
  id: string;
  token: string;
  local: LocalMedia;
  /** Whether the devices are open already; else they are opened as soon as that does not delay the others' picture. */
  devicesOpen: boolean;
  /** The server did not accept the token, or no longer does. */
  refused(): void;
}

/** Joins a visit and stays in it until it ends. */
export function startVisit(options: VisitOptions): Visit {
  const parts = createParts(options, () => joiner.join());
  const { id, local, state, tracks, path, levels, connection, chat, displays, typing, poorNetwork, call } = parts;
  const joiner = createJoiner(parts, (code) => over({ code }));
  if (!options.devicesOpen) void captureMoment(parts).then(local.start);
  const stops = [connection.state.subscribe(onConnection), ...watchAll(parts)];
  connection.onNotification(onNotification);

  function onConnection(): void {
    if (connection.state.get() === 'open') return joiner.join();
    joiner.cancel();
    forgetNetwork();
    if (state.get().phase !== 'closed') state.update((current) => ({ ...current, online: false }));
  }
  function onNotification<N extends NotificationName>(name: N, payload: Notification<N>): void {
    const before = state.get();
    if (before.phase === 'closed' || call.notified(name, payload)) return;
    state.update((current) => applyNotification(current, name, payload));
    announce(before, name, payload);
    react(parts, name, payload);
    const { closed } = state.get();
    if (!closed) return;
    end();
    if ('reason' in closed && closed.reason === 'session_revoked') options.refused();
  }
  function forgetNetwork(): void {
    poorNetwork.up.pause();
    poorNetwork.down.pause();
  }
  function over(closed: NonNullable<VisitState['closed']>): void {
    state.update((current) => ({ ...current, phase: 'closed', online: false, closed }));
    end();
  }
  function end(): void {
    joiner.cancel();
    forgetNetwork();
    for (const stop of stops) stop();
    displays.close();
    connection.close();
    call.drop();
    local.close();
  }
  return {
    ...{ id, local, state, tracks, path, levels, chat, displays, typing },
    command: (name, payload) => command(parts, name, payload),
    setAudioOnly: (on) => setAudioOnly(parts, on ? 'hand' : null),
    sendCamera: () => holdCamera(parts, false),
    async leave() {
      // Without an answer the seat is given up when its grace period ends.
      if (state.get().phase !== 'closed')
        await connection.request('room:leave', {}).catch((error: unknown) => console.warn('leave', error));
      if (state.get().phase !== 'closed') over({ reason: 'left' });
    },
    refuse(code) {
      if (state.get().phase !== 'closed') over({ code });
    },
    close: end,
    screens: parts.screens,
  };
}

/** What follows changes on this page. @returns what ends it */
function watchAll(parts: VisitParts): (() => void)[] {
  const { local, tracks, displays } = parts;
  return [local.state.subscribe(() => publish(parts)), tracks.subscribe(displays.look), watchOwnUplink(parts)];
}

function createParts({ id, token, local, refused }: VisitOptions, broken: () => void): VisitParts {
  const state = createStore<VisitState>(initialVisit);
  // The first thing of all: the way to the server and back is what everything else waits for.
  const connection = openConnection(token, (code) => (code === 'protocol_mismatch' ? outdated.set(true) : refused()));
  const { request } = connection;
  const { device, screens } = launch(connection);
  const call = createCall(device, {
    request,
    broken,
    sendFailed: (source, code) => toast(`sendFailed.${source}`, { code }, 'warn'),
    mutedByOther: (source) => mutedByOther({ local }, source),
    typing: (peerId) => typing.heard(peerId),
  });
  const { tracks, path } = call;
  const typing = createTyping(call.typing);
  const videos = (): string[] => tracks.get().flatMap(({ track, consumerId }) => (track.kind === 'video' ? [consumerId] : []));
  const parts: VisitParts = {
    id,
    local,
    state,
    tracks,
    path,
    levels: createStore<Readonly<Record<string, number>>>({}),
    connection,
    chat: createChat(
      request,
      () => state.get().self?.memberId ?? null,
      (seq) => void noteRead(id, seq),
    ),
    displays: createDisplays(request, videos),
    typing,
    poorNetwork: { up: watchPoorNetwork(() => onPoorUpload(parts)), down: watchPoorNetwork(() => onPoorDownload(parts)) },
    call,
    screens,
  };
  publish(parts);
  return parts;
}

async function command<N extends RequestName>({ connection }: VisitParts, name: N, payload: RequestInput<N>): Promise<boolean> {
  try {
    await connection.request(name, payload);
    return true;
  } catch (error) {
    toast('refused', { code: error instanceof RequestError ? error.code : 'internal' }, 'warn');
    return false;
  }
}

/** What a notification sets in motion besides changing the state. */
function react<N extends NotificationName>(visit: VisitParts, name: N, payload: Notification<N>): void {
  const of = <M extends NotificationName>(): Notification<M> => payload as unknown as Notification<M>;
  if (name === 'room:admitted') enterRoom(visit, payload as InRoom);
  else if (name === 'room:sent-back') enterLobby(visit, payload as InLobby);
  else if (name === 'media:restarted') {
    visit.call.adopt(of<'media:restarted'>().media, []);
    visit.displays.forget();
  } else if (name === 'chat:posted') {
    const { messages } = of<'chat:posted'>();
    visit.chat.posted(messages);
    for (const { memberId } of messages) {
      for (const peer of visit.state.get().room?.peers ?? []) if (peer.memberId === memberId) visit.typing.stopped(peer.id);
    }
  } else if (name === 'peer:left') visit.typing.stopped(of<'peer:left'>().peerId);
  else if (name === 'peer:updated') {
    const { peer } = of<'peer:updated'>();
    if (peer.id === visit.state.get().self?.peerId) visit.call.seen(peer.producers);
  } else if (name === 'levels:updated')
    visit.levels.set(Object.fromEntries(of<'levels:updated'>().levels.map(({ peerId, dBov }) => [peerId, dBov])));
  else if (name === 'producer:muted') mutedByOther(visit, of<'producer:muted'>().source);
  else if (name === 'quality:changed') {
    const { peerId, up, down } = of<'quality:changed'>();
    if (peerId !== visit.state.get().self?.peerId) return;
    watchQuality(visit, { up, down });
  }
}
