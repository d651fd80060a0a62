/** Does the same with many, side by side. */

/** On their way at once: one after the other takes a round trip each, and all of them hold up everything else. */
const AT_ONCE = 500;

/** Does this with each, and waits for those that are under way when one fails. @throws what the first of them threw */
export async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const some = items.slice(at, at + AT_ONCE).map(work);
    await Promise.allSettled(some);
    await Promise.all(some);
  }
}
