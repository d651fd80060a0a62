/** Joining a visit, at first and again after every loss, until it works or is refused for good. */
import type { InLobby, InRoom, RequestInput } from '#rooms/protocol.ts';
import { RequestError } from '../net/socket.ts';
import { deviceId } from './device-id.ts';
import { openCall } from './visit-media.ts';
import type { VisitParts } from './visit-parts.ts';
import { enteredLobby, enteredRoom, joinVerdict, ownPeer } from './visit-state.ts';

const JOIN_PAUSES_MS = [500, 1_000, 2_000, 4_000];

export interface Joiner {
  join(): void;
  /** Stops trying again. */
  cancel(): void;
}

/** Takes over the answer of a join or an admission. */
export function enterRoom({ state, call, chat, displays }: VisitParts, answer: InRoom): void {
  state.update((current) => enteredRoom(current, answer));
  call?.adopt(answer.media, ownPeer(state.get())?.producers ?? []);
  chat.joined(answer.chat);
  displays.forget();
}

/** Takes over the answer of a join that ends in the lobby, or having been sent back there. */
export function enterLobby({ state, call }: VisitParts, answer: InLobby): void {
  state.update((current) => enteredLobby(current, answer));
  call?.drop();
}

/** @param refused told with the code when trying again makes no sense */
export function createJoiner(visit: VisitParts, refused: (code: string) => void): Joiner {
  const { state, connection } = visit;
  /** Grows with each join, so that the answer to an older one is not believed. */
  let newest = 0;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;

  async function join(): Promise<void> {
    clearTimeout(retry);
    if (state.get().phase === 'closed') return;
    const mine = ++newest;
    try {
      const answer = await connection.request('room:join', await joinPayload(visit, () => void join()));
      if (mine !== newest) return;
      attempt = 0;
      if (answer.phase === 'room') enterRoom(visit, answer);
      else enterLobby(visit, answer);
    } catch (error) {
      if (mine === newest) failed(error instanceof RequestError ? error.code : 'internal');
    }
  }
  function failed(code: string): void {
    if (joinVerdict(code) === 'final') return refused(code);
    state.update((current) => ({ ...current, online: false, trouble: code }));
    // Without a socket the next opening joins.
    if (code === 'disconnected') return;
    retry = setTimeout(() => void join(), JOIN_PAUSES_MS[Math.min(attempt++, JOIN_PAUSES_MS.length - 1)]);
  }
  return {
    join: () => void join(),
    cancel: () => clearTimeout(retry),
  };
}

async function joinPayload(visit: VisitParts, broken: () => void): Promise<RequestInput<'room:join'>> {
  const call = await openCall(visit, broken);
  const device = await visit.device;
  return {
    consultationId: visit.id,
    deviceId: deviceId(),
    rtpCapabilities: (device?.recvRtpCapabilities ?? null) as RequestInput<'room:join'>['rtpCapabilities'],
    mediaSessionId: call?.sessionId() ?? null,
    chatAfterSeq: visit.chat.seq(),
    audioOnly: visit.state.get().audioOnly !== null,
  };
}
