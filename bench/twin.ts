/** What the sanity twins do to our side. */

/** Uses `share` (0 to 1) of a core from now on: JSON rounds, 10 ms apart. */
export function burn(share: number): void {
  const message = { event: 'consumer:resume', payload: { consumerIds: Array.from({ length: 50 }, (_, index) => `consumer-${index}`) } };
  setInterval(() => {
    const until = performance.now() + share * 10;
    while (performance.now() < until) JSON.parse(JSON.stringify(message));
  }, 10);
}
