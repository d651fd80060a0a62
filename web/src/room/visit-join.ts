/** Joining a visit, at first and again after every loss, until it works or is refused for good. */
import type { InLobby, InRoom, RequestInput } from '#rooms/protocol.ts';
import { deviceOutdated, lastReceivable, loadDevice, sameCapabilities } from '../media/device.ts';
import { RequestError } from '../net/request.ts';
import { pause } from '../pause.ts';
import { captureMoment } from './capture-start.ts';
import { deviceId } from './device-id.ts';
import { tellSince, watchQuality } from './visit-media.ts';
import type { VisitParts } from './visit-parts.ts';
import { enteredLobby, enteredRoom, joinVerdict } from './visit-state.ts';

type Receivable = ReturnType<typeof lastReceivable>;

const JOIN_PAUSES_MS = [500, 1_000, 2_000, 4_000];
/** From the first picture until the own camera is open and sent as well, in ms. */
const SETTLED_MS = 3_000;

export interface Joiner {
  join(): void;
  /** Stops trying again. */
  cancel(): void;
}

/** Takes over the answer of a join or an admission. */
export function enterRoom(visit: VisitParts, answer: InRoom): void {
  const { state, call, chat, displays } = visit;
  const { room, self } = answer;
  const own = room.peers.find(({ id }) => id === self.peerId);
  // Before the screen hears of it: the browser negotiates while React renders.
  call.adopt(withoutOwn(answer), own?.producers ?? []);
  state.update((current) => enteredRoom(current, answer));
  chat.joined(answer.chat);
  displays.forget();
  // The server tells a level when it changes; the one it had before a break counts on.
  if (own) watchQuality(visit, own.quality);
}

/** Media of the room but for an older seat of the same person, which is about to close: nobody wants to hear an echo. */
function withoutOwn({ media, room, self }: InRoom): InRoom['media'] {
  const own = new Set(room.peers.filter(({ memberId }) => memberId === self.memberId).map(({ id }) => id));
  return media && { ...media, consumers: media.consumers.filter(({ peerId }) => !own.has(peerId)) };
}

/** Takes over the answer of a join that ends in the lobby, or having been sent back there. */
export function enterLobby({ state, call }: VisitParts, answer: InLobby): void {
  state.update((current) => enteredLobby(current, answer));
  call.drop();
}

/** @param refused told with the code when trying again makes no sense */
export function createJoiner(visit: VisitParts, refused: (code: string) => void): Joiner {
  const { state, connection } = visit;
  /** Grows with each join, so that the answer to an older one is not believed. */
  let newest = 0;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  /** The first join goes by what the browser could receive last time, if that is known. */
  let guess: Receivable = lastReceivable();

  async function join(): Promise<void> {
    clearTimeout(retry);
    if (state.get().phase === 'closed') return;
    const mine = ++newest;
    const guessed = guess;
    guess = null;
    try {
      const receivable = guessed ?? (await loadDevice())?.recvRtpCapabilities ?? null;
      const said = joinPayload(visit, receivable);
      const answer = await connection.request('room:join', said);
      if (mine !== newest) return;
      attempt = 0;
      if (answer.phase === 'room') {
        enterRoom(visit, answer);
        tellSince(visit, said);
      } else enterLobby(visit, answer);
      if (guessed) void check(guessed);
    } catch (error) {
      if (mine === newest) failed(error instanceof RequestError ? error.code : 'internal');
    }
  }
  /** Joins again when the browser turns out to receive something else than last time, or to have changed since. */
  async function check(guessed: Receivable): Promise<void> {
    const device = await loadDevice().catch(() => undefined);
    if (device === undefined) return;
    if (sameCapabilities(device?.recvRtpCapabilities ?? null, guessed)) {
      await captureMoment(visit);
      await pause(SETTLED_MS);
      if (state.get().phase === 'closed' || !(await deviceOutdated())) return;
    }
    visit.call.drop();
    void join();
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

function joinPayload(visit: VisitParts, receivable: Receivable): RequestInput<'room:join'> {
  return {
    consultationId: visit.id,
    deviceId: deviceId(),
    rtpCapabilities: receivable as RequestInput<'room:join'>['rtpCapabilities'],
    mediaSessionId: visit.call.sessionId(),
    chatAfterSeq: visit.chat.seq(),
    audioOnly: visit.state.get().audioOnly !== null,
    cameraHeld: visit.state.get().cameraHeld,
  };
}
