/** What a room passes on from its media, and how it gets new media when the worker is lost. */
import { MediaError } from '#sfu/errors.ts';
import type { PeerMedia, RoomMedia } from '#sfu/types.ts';
import { canSend, fresh } from './consultation-entry.ts';
import type { ConsultationRoom } from './consultation-state.ts';
import { mediaSession, showPeer } from './consultation-views.ts';
import type { Notification, NotificationName } from './protocol.ts';
import type { Seat } from './seats.ts';

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 2_000;
/** Time in which a page whose transports ended closes its socket, if it is leaving. */
const REVIVE_MS = 1_000;

/**
 * Turns events of the media into notifications. They need no turn of the mailbox: each touches one field and awaits
 * nothing. Events of seats whose transports are not in use yet are dropped: their answer will hold the state.
 */
export function bindMedia(room: ConsultationRoom, media: RoomMedia): void {
  const seatOf = (peerId: string): Seat | undefined => {
    const seat = room.seats.byPeer(peerId);
    return seat?.media && seat.media.peer === media.peer(peerId) ? seat : undefined;
  };
  const tell = <N extends NotificationName>(peerId: string, name: N, payload: Notification<N>): void => {
    if (seatOf(peerId)?.connectionId) room.channel.toPeer(peerId, name, payload);
  };
  media.on('consumerCreated', ({ peerId, consumer }) => tell(peerId, 'consumer:created', { consumer }));
  media.on('consumerClosed', ({ peerId, consumerId }) => tell(peerId, 'consumer:closed', { consumerId }));
  media.on('consumerChanged', ({ peerId, consumerId, producerPaused }) => tell(peerId, 'consumer:changed', { consumerId, producerPaused }));
  media.on('dataConsumerCreated', ({ peerId, dataConsumer }) => tell(peerId, 'data-consumer:created', { dataConsumer }));
  media.on('dataConsumerClosed', ({ peerId, dataConsumerId }) => tell(peerId, 'data-consumer:closed', { dataConsumerId }));
  media.on('producerLayers', ({ peerId, producerId, maxSpatialLayer }) => tell(peerId, 'producer:layers', { producerId, maxSpatialLayer }));
  media.on('peerEnded', ({ peerId }) => {
    const seat = room.seats.byPeer(peerId);
    if (!seat?.media?.peer.closed) return;
    showPeer(room, seat);
    setTimeout(() => room.turn(() => revive(room, seat)), REVIVE_MS).unref();
  });
  media.on('peerLost', ({ peerId }) => {
    const seat = room.seats.byPeer(peerId);
    if (!seat?.media?.peer.closed) return;
    showPeer(room, seat);
    room.turn(() => revive(room, seat));
  });
  media.on('peerFlooded', ({ peerId, bitrate }) => {
    const seat = room.seats.byPeer(peerId);
    const fields = { peerId, memberId: seat?.memberId, bitrate: Math.round(bitrate) };
    room.log.warn(fields, 'a peer sent far too much; from now on it only receives');
    if (!seat) return;
    room.silenced.add(seat.memberId);
    showPeer(room, seat);
    room.turn(() => revive(room, seat));
  });
  media.on('quality', ({ peerId, up, down }) => {
    const seat = seatOf(peerId);
    if (!seat) return;
    seat.quality = { up, down };
    room.channel.toRoom('quality:changed', { peerId, up, down });
  });
  media.on('activeSpeaker', ({ peerId }) => {
    if (room.activeSpeaker === peerId) return;
    room.activeSpeaker = peerId;
    room.channel.toRoom('speaker:changed', { peerId });
  });
  media.on('levels', ({ levels }) => room.channel.toRoom('levels:updated', { levels }));
}

/** The worker is lost: everybody who is connected with media gets new transports, all at the same time. */
export function rebuildMedia(room: ConsultationRoom): void {
  room.activeSpeaker = null;
  const seats = room.seats.at('room').filter((seat) => seat.media !== null);
  for (const seat of seats) seat.media = null;
  for (const seat of seats) renewMedia(room, seat);
}

/** Transports ended from the other side. A page that is leaving is gone by now; one that is still here gets new ones. */
function revive(room: ConsultationRoom, seat: Seat): void {
  if (!seat.media?.peer.closed) return;
  seat.media = null;
  renewMedia(room, seat);
}

const needsMedia = (room: ConsultationRoom, seat: Seat): boolean =>
  room.seats.has(seat) && seat.stage === 'room' && seat.connectionId !== null && seat.media === null && !room.entries.has(seat.peerId);

/** Seats that are being given new transports: two at once would close each other's. */
const renewing = new WeakSet<Seat>();

/** Gives a seat new transports unless it has some, needs none, or is being given some. */
export function renewMedia(room: ConsultationRoom, seat: Seat): void {
  if (!renewing.has(seat)) renew(room, seat, FIRST_RETRY_MS);
}

/** Tries until the seat has transports or needs none any more. @param retryMs wait after a failure; doubles */
function renew(room: ConsultationRoom, seat: Seat, retryMs: number): void {
  renewing.delete(seat);
  if (room.closed || seat.rtpCapabilities === null || !needsMedia(room, seat)) return;
  renewing.add(seat);
  const { rtpCapabilities, audioOnly } = seat;
  room.link.attach(seat.peerId, { rtpCapabilities, canSend: canSend(room, seat), audioOnly }).then(
    (peer) => room.turn(() => use(room, seat, peer)),
    (error: unknown) => {
      if (!(error instanceof MediaError) || error.code === 'invalid_media') {
        renewing.delete(seat);
        room.log.error({ err: error, peerId: seat.peerId }, 'media of a seat could not be made anew');
        return;
      }
      setTimeout(() => room.turn(() => renew(room, seat, Math.min(retryMs * 2, LAST_RETRY_MS))), retryMs).unref();
    },
  );
}

function use(room: ConsultationRoom, seat: Seat, peer: PeerMedia): void {
  renewing.delete(seat);
  const owned = room.link.owns(seat.peerId, peer);
  if (!needsMedia(room, seat)) {
    if (owned && !room.entries.has(seat.peerId) && seat.media?.peer !== peer) room.link.detach(seat.peerId);
    return;
  }
  // Lost again meanwhile: that loss did not count this seat, because it had nothing to lose.
  if (!owned) return renewMedia(room, seat);
  seat.media = fresh(room, seat, peer);
  room.channel.toPeer(seat.peerId, 'media:restarted', { media: mediaSession(room, seat, seat.media, false) });
  showPeer(room, seat);
}
