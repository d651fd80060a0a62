/** Sends requests and keeps, by name, how long their answers took and which were refused. */
import { percentile, short } from '../stats.ts';

interface Request {
  /** below `/api/v1` */
  path: string;
  token: string | null;
  /** with it the request is a POST */
  body?: object;
}

export class Client {
  readonly #url: string;
  readonly #heldMs: number;
  /** ms by name */
  readonly times = new Map<string, number[]>();
  /** What was refused or failed, with the code: all of it. */
  readonly faults: string[] = [];

  /** @param heldMs what the sanity twin adds to each answer */
  constructor(url: string, heldMs: number) {
    this.#url = url;
    this.#heldMs = heldMs;
  }

  /** @returns `data` of the answer; undefined when the request failed, which is kept */
  async ask<T>(name: string, { path, token, body }: Request): Promise<T | undefined> {
    const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) };
    const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
    return this.timed(name, async () => {
      const answer = await fetch(`${this.#url}/api/v1${path}`, init);
      const { data, error } = (await answer.json()) as { data: T; error?: { code: string } };
      if (!answer.ok) throw new Error(`${answer.status} ${error?.code}`);
      return data;
    });
  }

  /** @returns what the work does; undefined when it failed, which is kept */
  async timed<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const begun = performance.now();
    try {
      if (this.#heldMs > 0) await new Promise((done) => setTimeout(done, this.#heldMs));
      const result = await work();
      this.#of(name).push(performance.now() - begun);
      return result;
    } catch (error) {
      this.faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #of(name: string): number[] {
    const known = this.times.get(name) ?? [];
    this.times.set(name, known);
    return known;
  }

  /** Answers in all. */
  get count(): number {
    return [...this.times.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** ms in which this share of all answers came. */
  share(share: number): number {
    return percentile([...this.times.values()].flat(), share);
  }

  /** The name whose answers take longest, by p95, in ms. */
  slowest(): { name: string; p95: number } {
    const all = [...this.times].map(([name, times]) => ({ name, p95: percentile(times, 0.95) }));
    return all.sort((a, b) => b.p95 - a.p95)[0] ?? { name: 'nothing', p95: Number.NaN };
  }

  /** One line a name, slowest first. */
  report(): string {
    const rows = [...this.times].map(([name, times]) => ({ name, times, p95: percentile(times, 0.95) }));
    const lines = rows
      .sort((a, b) => b.p95 - a.p95)
      .map(({ name, times, p95 }) => {
        const cells = [percentile(times, 0.5), p95, percentile(times, 0.99)].map((ms) => short(ms).padStart(8));
        return `    ${name.padEnd(28)}${String(times.length).padStart(7)}${cells.join('')}`;
      });
    return [
      `    ${'request'.padEnd(28)}${'answers'.padStart(7)}${['P50', 'P95', 'P99'].map((text) => text.padStart(8)).join('')}  ms`,
      ...lines,
    ].join('\n');
  }
}
