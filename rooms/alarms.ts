/** What rooms wait for over seconds and minutes: one timer for all rooms of a node, however many there are. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Alarm {
  /** Nothing when it has rung. */
  cancel(): void;
}

export interface Alarms {
  /** Rings once, `ms` from now or a moment later. */
  after(ms: number, ring: () => void): Alarm;
  /** How many have not rung yet. */
  readonly size: number;
  close(): void;
}

/** Longest delay that `setTimeout` takes, in ms. */
const MAX_DELAY = 2_147_483_647;

export const createAlarms = (): Alarms => new NodeAlarms();

class Entry implements Alarm {
  readonly at: number;
  readonly ring: () => void;
  readonly #alarms: NodeAlarms;

  constructor(at: number, ring: () => void, alarms: NodeAlarms) {
    this.at = at;
    this.ring = ring;
    this.#alarms = alarms;
  }

  cancel(): void {
    this.#alarms.remove(this);
  }
}

class NodeAlarms implements Alarms {
  /** Soonest last: that end is cheap to take from. */
  readonly #entries: Entry[] = [];
  /** Where this was made: the timer belongs to nobody's request, whoever's alarm it is set for. */
  readonly #apart = AsyncLocalStorage.snapshot();
  #timer: NodeJS.Timeout | undefined;

  get size(): number {
    return this.#entries.length;
  }

  after(ms: number, ring: () => void): Alarm {
    const entry = new Entry(performance.now() + ms, ring, this);
    const place = this.#placeOf(entry.at);
    this.#entries.splice(place, 0, entry);
    if (place === this.#entries.length - 1) this.#arm();
    return entry;
  }

  remove(entry: Entry): void {
    // Those of one moment stand side by side.
    for (let place = this.#placeOf(entry.at); this.#entries[place]?.at === entry.at; place++) {
      if (this.#entries[place] !== entry) continue;
      this.#entries.splice(place, 1);
      if (place === this.#entries.length) this.#arm();
      return;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#entries.length = 0;
  }

  /** The first place whose entry does not come later than this. */
  #placeOf(at: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const soonest = this.#entries.at(-1);
    if (!soonest) return;
    const delay = Math.min(Math.max(1, soonest.at - performance.now()), MAX_DELAY);
    this.#timer = this.#apart(() => setTimeout(() => this.#look(), delay).unref());
  }

  #look(): void {
    const now = performance.now();
    // Each may set others or cancel them.
    for (let next = this.#entries.at(-1); next && next.at <= now; next = this.#entries.at(-1)) {
      this.#entries.pop();
      next.ring();
    }
    this.#arm();
  }
}
