/** Silences in calls. */
import type { RoomPerson } from './room-person.ts';

/** How long nothing was heard of one person by another. */
export interface Gap {
  who: string;
  ms: number;
}

/** Looks how long each of these people hears nothing of the others of the same group. @returns ends it; the longest silence of each pair */
export function watchGaps(groups: readonly (readonly RoomPerson[])[]): () => Gap[] {
  const pairs = groups.flatMap((people) =>
    people.flatMap((one) => people.filter((other) => other !== one).map((other) => ({ one, other, packets: 0, at: 0, longest: 0 }))),
  );
  const started = performance.now();
  for (const pair of pairs) Object.assign(pair, { at: started, packets: pair.one.hears(pair.other.peerId) });
  const look = (): void => {
    const now = performance.now();
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
  const timer = setInterval(look, 10);
  return () => {
    clearInterval(timer);
    const now = performance.now();
    return pairs.map(({ one, other, at, longest }) => ({
      who: `${one.peerId} of ${other.peerId}`,
      ms: Math.round(Math.max(longest, now - at)),
    }));
  };
}
