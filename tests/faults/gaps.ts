/** Silences in calls. */
import type { RoomPerson } from './room-person.ts';

/** How long nothing was heard of one person by another. */
export interface Gap {
  who: string;
  ms: number;
}

const LOOK_MS = 10;
/** What a busy thread is late with its looks anyhow. */
const LATE_MS = 50;

/**
 * Looks how long each of these people hears nothing of the others of the same group.
 * @param onStill told whenever the thread of the play stood still, in ms, as it does when the whole machine is held up: nobody here could speak or
 *   hear then, so that it counts as silence, and tells what silence is not the server's
 * @returns ends it; the longest silence of each pair
 */
export function watchGaps(groups: readonly (readonly RoomPerson[])[], onStill?: (ms: number) => void): () => Gap[] {
  const pairs = groups.flatMap((people) =>
    people.flatMap((one) => people.filter((other) => other !== one).map((other) => ({ one, other, packets: 0, at: 0, longest: 0 }))),
  );
  const started = performance.now();
  for (const pair of pairs) Object.assign(pair, { at: started, packets: pair.one.hears(pair.other.peerId) });
  let lookedAt = started;
  const look = (): void => {
    const now = performance.now();
    const late = now - lookedAt - LOOK_MS;
    lookedAt = now;
    if (late > LATE_MS) onStill?.(late);
    for (const pair of pairs) {
      const packets = pair.one.hears(pair.other.peerId);
      // Fewer: a new connection, over which nothing has come yet.
      if (packets > pair.packets) {
        pair.longest = Math.max(pair.longest, now - pair.at);
        pair.at = now;
      }
      pair.packets = packets;
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return () => {
    clearInterval(timer);
    const now = performance.now();
    return pairs.map(({ one, other, at, longest }) => ({
      who: `${one.peerId} of ${other.peerId}`,
      ms: Math.round(Math.max(longest, now - at)),
    }));
  };
}
