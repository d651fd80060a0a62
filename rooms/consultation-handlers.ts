/** One handler a request of a seat. Who may send what was checked before, from the protocol's own table. */
import type { PeerMedia } from '#sfu/types.ts';
import { pageAnswer } from './chat-log.ts';
import { checkCapacity, enter } from './consultation-entry.ts';
import { endVisit, giveUpSeat, kick, sendBack } from './consultation-exit.ts';
import type { ConsultationRoom } from './consultation-state.ts';
import { roomUpdate, showPeer } from './consultation-views.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import { type Later, outside } from './mailbox.ts';
import type { Reply, RequestPayload } from './protocol.ts';
import type { SeatRequestName } from './room-messages.ts';
import type { Seat } from './seats.ts';

type Answer<T> = T | Promise<T> | Later<T>;
type Handler<N extends SeatRequestName> = (
  room: ConsultationRoom,
  seat: Seat,
  payload: RequestPayload<N>,
  requestId: string,
) => Answer<Reply<N>>;
type Handlers = { [N in SeatRequestName]: Handler<N> };

const done = {};

/** @throws {RoomError} `not_found` */
function target(room: ConsultationRoom, peerId: string, stage?: Seat['stage']): Seat {
  const seat = room.seats.byPeer(peerId);
  if (!seat || (stage && seat.stage !== stage)) throw new RoomError('not_found');
  return seat;
}

/** @throws {RoomError} `forbidden` for the practitioner of the visit, whom nobody puts out */
function removable(room: ConsultationRoom, peerId: string): Seat {
  const seat = target(room, peerId);
  if (seat.role === 'practitioner') throw new RoomError('forbidden');
  return seat;
}

/** @throws {RoomError} `no_media` when the device has none, `media_unavailable` while it is being made anew */
function mediaOf(seat: Seat): PeerMedia {
  if (seat.media) return seat.media.peer;
  throw new RoomError(seat.rtpCapabilities ? 'media_unavailable' : 'no_media');
}

/** A call to the media worker: it needs no turn, so a slow worker delays nobody's chat. */
function media<T>(seat: Seat, call: (peer: PeerMedia) => Promise<T>): Later<T> {
  return outside(call(mediaOf(seat)));
}

/** The same for calls that change what others see of the seat. */
function shown<T>(room: ConsultationRoom, seat: Seat, call: (peer: PeerMedia) => Promise<T>): Later<T> {
  const peer = mediaOf(seat);
  const work = async (): Promise<T> => {
    const result = await call(peer);
    if (seat.media?.peer === peer) showPeer(room, seat);
    return result;
  };
  return outside(work());
}

/** Lets somebody in. Resolves when they are inside; somebody whose connection is broken goes in by rejoining. */
function admit(room: ConsultationRoom, seat: Seat): Later<unknown> {
  checkCapacity(room, seat);
  room.held.delete(seat.memberId);
  room.admitted.add(seat.memberId);
  if (!seat.connectionId) {
    giveUpSeat(room, seat, 'left');
    return outside(Promise.resolve(done));
  }
  const { connectionId, rtpCapabilities, chatAfterSeq, audioOnly, cameraHeld } = seat;
  const payload = { rtpCapabilities, chatAfterSeq, audioOnly, cameraHeld, mediaSessionId: null };
  return enter(room, seat, { connectionId, by: 'admit', payload });
}

/** Lets several in at once. @returns how many came in */
async function admitAll(room: ConsultationRoom, seats: Seat[]): Promise<number> {
  const ways = seats.map((seat) => {
    try {
      return settled(admit(room, seat));
    } catch {
      // Full: they keep waiting, and the number in the answer says so.
      return Promise.resolve(false);
    }
  });
  return (await Promise.all(ways)).filter(Boolean).length;
}

function settled(later: Later<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    later.attach(
      () => resolve(true),
      () => resolve(false),
    );
  });
}

const waiting = (room: ConsultationRoom): Seat[] => room.seats.at('lobby').filter((seat) => !room.entries.has(seat.peerId));

/** Lets a member in from outside the room: whoever waits comes in now, whoever comes later does not wait. */
export function callIn(room: ConsultationRoom, memberId: string): Later<unknown> {
  room.held.delete(memberId);
  room.admitted.add(memberId);
  room.snapshots.schedule();
  return outside(
    admitAll(
      room,
      waiting(room).filter((seat) => seat.memberId === memberId),
    ).then((admitted) => ({ admitted })),
  );
}

const people: Pick<
  Handlers,
  | 'room:leave'
  | 'room:lock'
  | 'room:end'
  | `lobby:${'admit' | 'admit-all' | 'decline'}`
  | `peer:${'send-back' | 'kick' | 'mute'}`
  | `hand:${'raise' | 'lower'}`
> = {
  'room:leave': (room, seat) => {
    giveUpSeat(room, seat, 'left');
    return done;
  },
  'room:lock': async (room, _seat, { locked }, requestId) => {
    const { consultationId, epoch } = room.facts;
    await durable(room.log, 'policy.locked', room.policy.locked(consultationId, epoch, locked), { requestId });
    room.locked = locked;
    room.snapshots.schedule();
    room.channel.toAll('room:updated', roomUpdate(room));
    // Who waited only because of the lock comes in when it is opened.
    const freed = locked || room.facts.lobby ? [] : waiting(room).filter((seat) => !room.held.has(seat.memberId));
    void admitAll(room, freed);
    return done;
  },
  'room:end': async (room, seat, _payload, requestId) => {
    await endVisit(room, seat.memberId, requestId);
    return done;
  },
  'lobby:admit': (room, _seat, { peerId }) => {
    const seat = target(room, peerId, 'lobby');
    if (room.entries.has(peerId)) return done;
    return outside(settledOrThrow(admit(room, seat)));
  },
  'lobby:admit-all': (room) => outside(admitAll(room, waiting(room)).then((admitted) => ({ admitted }))),
  'lobby:decline': (room, _seat, { peerId }) => {
    giveUpSeat(room, target(room, peerId, 'lobby'), 'declined');
    return done;
  },
  'peer:send-back': (room, _seat, { peerId }) => {
    const seat = removable(room, peerId);
    if (seat.stage === 'room') sendBack(room, seat.memberId);
    return done;
  },
  'peer:kick': async (room, _seat, { peerId }, requestId) => {
    await kick(room, removable(room, peerId).memberId, requestId);
    return done;
  },
  'peer:mute': (room, _seat, { peerId, source }) => {
    const seat = target(room, peerId, 'room');
    return shown(room, seat, async (peer) => {
      const producers = peer.producers().filter((producer) => producer.source === source && !producer.paused);
      await Promise.all(producers.map((producer) => peer.pauseProducer(producer.id)));
      for (const { id } of producers) room.channel.toPeer(peerId, 'producer:muted', { producerId: id, source });
      return done;
    });
  },
  'hand:raise': (room, seat, { raised }) => setHand(room, seat, raised),
  'hand:lower': (room, _seat, { peerId }) => setHand(room, target(room, peerId, 'room'), false),
};

function setHand(room: ConsultationRoom, seat: Seat, raised: boolean): typeof done {
  if (raised !== (seat.handRaisedAt !== null)) {
    seat.handRaisedAt = raised ? Date.now() : null;
    room.snapshots.schedule();
    showPeer(room, seat);
  }
  return done;
}

function settledOrThrow(later: Later<unknown>): Promise<typeof done> {
  return new Promise((resolve, reject) => later.attach(() => resolve(done), reject));
}

const nothing = async (work: Promise<unknown>): Promise<typeof done> => {
  await work;
  return done;
};

/** Everything but people: media and chat. */
const content: Omit<Handlers, keyof typeof people | `recording:${string}`> = {
  'transport:connect': (_room, seat, { transportId, dtlsParameters }) =>
    media(seat, (peer) => nothing(peer.connectTransport(transportId, dtlsParameters))),
  'transport:restart-ice': (room, seat, { transportId }) =>
    media(seat, async (peer) => ({ iceParameters: await peer.restartIce(transportId), iceServers: room.iceServers(seat.memberId) })),
  'producer:create': (room, seat, payload) => shown(room, seat, async (peer) => ({ producerId: (await peer.produce(payload)).id })),
  'producer:close': (room, seat, { producerId }) =>
    shown(room, seat, async (peer) => {
      peer.closeProducer(producerId);
      return done;
    }),
  'producer:pause': (room, seat, { producerId }) => shown(room, seat, (peer) => nothing(peer.pauseProducer(producerId))),
  'producer:resume': (room, seat, { producerId }) => shown(room, seat, (peer) => nothing(peer.resumeProducer(producerId))),
  'consumer:resume': (_room, seat, { consumerIds }) => media(seat, (peer) => nothing(peer.resumeConsumers(consumerIds))),
  'consumer:pause': (_room, seat, { consumerIds }) => media(seat, (peer) => nothing(peer.pauseConsumers(consumerIds))),
  'consumer:display': (_room, seat, { displays }) => media(seat, (peer) => nothing(peer.display(displays))),
  'data-producer:create': (_room, seat, payload) => media(seat, async (peer) => ({ dataProducerId: (await peer.produceData(payload)).id })),
  'media:audio-only': (room, seat, { audioOnly }) => {
    seat.audioOnly = audioOnly;
    seat.cameraHeld = false;
    room.snapshots.schedule();
    showPeer(room, seat);
    return seat.media ? media(seat, (peer) => nothing(peer.setAudioOnly(audioOnly))) : done;
  },
  'media:hold-camera': (room, seat, { held }) => {
    seat.cameraHeld = held;
    room.snapshots.schedule();
    showPeer(room, seat);
    return done;
  },
  'chat:send': (room, { memberId, name, role }, { clientMessageId, text }, requestId) =>
    room.chat.send({ memberId, name, role }, clientMessageId, text, requestId),
  'chat:history': (room, _seat, { afterSeq, limit }) => pageAnswer(room.chat.page(afterSeq, limit)),
};

const recording: Pick<Handlers, `recording:${'ask' | 'consent' | 'withdraw' | 'stop'}`> = {
  'recording:ask': (room, seat, _payload, requestId) => outside(room.recording.ask(seat, requestId)),
  'recording:consent': (room, seat, { recordingId, consent }, requestId) =>
    outside(nothing(room.recording.decide(seat, recordingId, consent, requestId))),
  'recording:withdraw': (room, seat, { recordingId }, requestId) => outside(nothing(room.recording.withdraw(seat, recordingId, requestId))),
  'recording:stop': (room, _seat, { recordingId }, requestId) => outside(nothing(room.recording.stop(recordingId, requestId))),
};

export const handlers: Handlers = { ...people, ...content, ...recording };
