/** Does something to many, but not to all of them at the same moment. */
import { createBudget } from './budgets.ts';

export interface Paced {
  add(ids: Iterable<string>): void;
  close(): void;
}

const AT_ONCE = 500;
const PER_SECOND = 1_000;
const PAUSE_MS = 100;

/** @param work called for each id once, at once as long as there are few */
export function createPaced(work: (id: string) => void): Paced {
  const waiting = new Set<string>();
  const budget = createBudget(AT_ONCE, PER_SECOND / 1_000);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = (): void => {
    timer = undefined;
    for (const id of waiting) {
      if (!budget.take()) {
        timer = setTimeout(go, PAUSE_MS).unref();
        return;
      }
      waiting.delete(id);
      work(id);
    }
  };
  return {
    add(ids) {
      for (const id of ids) waiting.add(id);
      if (!timer) go();
    },
    close: () => clearTimeout(timer),
  };
}
