/** What differs between the media that the server has for this seat and what the page has. Pure. */

/** Splits consumers into those to close (`gone`) and those to create (`missing`). */
export function reconcileConsumers<V extends { id: string }>(
  have: Iterable<string>,
  views: readonly V[],
): { gone: string[]; missing: V[] } {
  const known = new Set(have);
  const wanted = new Set(views.map((view) => view.id));
  return { gone: [...known].filter((id) => !wanted.has(id)), missing: views.filter((view) => !known.has(view.id)) };
}

export interface OwnProducer {
  id: string;
  paused: boolean;
}

/**
 * Compares own producers with the server's list after a rejoin.
 * @returns sources whose producer is gone at the server (`lost`), ids the page knows nothing of because the answer to
 *   their creation was lost (`unknown`), and sources that the server holds in the other pause state (`flipped`)
 */
export function reconcileProducers<S>(
  own: ReadonlyMap<S, OwnProducer>,
  server: readonly { id: string; paused: boolean }[],
): { lost: S[]; unknown: string[]; flipped: S[] } {
  const byId = new Map(server.map((producer) => [producer.id, producer]));
  const ownIds = new Set([...own.values()].map((producer) => producer.id));
  const entries = [...own];
  return {
    lost: entries.filter(([, producer]) => !byId.has(producer.id)).map(([source]) => source),
    unknown: [...byId.keys()].filter((id) => !ownIds.has(id)),
    flipped: entries
      .filter(([, producer]) => byId.has(producer.id) && byId.get(producer.id)?.paused !== producer.paused)
      .map(([source]) => source),
  };
}
