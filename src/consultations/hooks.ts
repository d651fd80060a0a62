/** What happens in rooms, for modules that are built after them. Called inside the transaction of what happened. */

export interface VisitEvents {
  /** The two sides met for the first time. */
  started(consultationId: string): Promise<void>;
  ended(consultationId: string): Promise<void>;
}

export interface VisitHooks extends VisitEvents {
  listen(events: VisitEvents): void;
}

export function createVisitHooks(): VisitHooks {
  const listeners: VisitEvents[] = [];
  return {
    listen: (events) => void listeners.push(events),
    async started(id) {
      for (const listener of listeners) await listener.started(id);
    },
    async ended(id) {
      for (const listener of listeners) await listener.ended(id);
    },
  };
}
