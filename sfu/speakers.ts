/** Who speaks in a room and how loud: two mediasoup observers over the microphones. */
import type { types } from 'mediasoup';

/** Loudness is told this often at most, in ms. */
const LEVELS_INTERVAL_MS = 800;
/** Loudest people told of at once. */
const LEVELS_MAX = 12;
/** Quieter than this is silence, in dBov. */
const LEVELS_THRESHOLD = -70;

export interface Speakers {
  add(producer: types.Producer, peerId: string): Promise<void>;
  /** A microphone was muted or unmuted. */
  changed(producer: types.Producer): void;
  removed(producerId: string): void;
}

/**
 * The observers are made for the first microphone: each has a timer in the worker, whether there is something to observe or not.
 * @param tell `speaker` hears null when the one who spoke last is muted or gone
 */
export function watchSpeakers(
  router: types.Router,
  tell: { speaker(peerId: string | null): void; levels(levels: { peerId: string; dBov: number }[]): void },
): Speakers {
  const peerIds = new Map<string, string>();
  /** What mediasoup holds to be the speaker; it says nothing when that one is muted and goes on speaking later. */
  let dominant: types.Producer | null = null;
  let told: string | null = null;
  const show = () => {
    const peerId = dominant && !dominant.paused ? (peerIds.get(dominant.id) ?? null) : null;
    if (peerId === told) return;
    told = peerId;
    tell.speaker(peerId);
  };

  async function observe() {
    const [levels, active] = await Promise.all([
      router.createAudioLevelObserver({ maxEntries: LEVELS_MAX, threshold: LEVELS_THRESHOLD, interval: LEVELS_INTERVAL_MS }),
      router.createActiveSpeakerObserver(),
    ]);
    levels.on('volumes', (volumes) =>
      tell.levels(
        volumes.flatMap(({ producer, volume }) => {
          const peerId = peerIds.get(producer.id);
          return peerId ? [{ peerId, dBov: volume }] : [];
        }),
      ),
    );
    levels.on('silence', () => tell.levels([]));
    active.on('dominantspeaker', ({ producer }) => {
      dominant = producer;
      show();
    });
    return { levels, active };
  }
  let observers: ReturnType<typeof observe> | undefined;

  return {
    async add(producer, peerId) {
      peerIds.set(producer.id, peerId);
      const { levels, active } = await (observers ??= observe());
      await Promise.all([levels.addProducer({ producerId: producer.id }), active.addProducer({ producerId: producer.id })]);
    },
    changed(producer) {
      if (dominant?.id === producer.id) show();
    },
    removed(producerId) {
      peerIds.delete(producerId);
      if (dominant?.id === producerId) dominant = null;
      show();
    },
  };
}
