/** Who is at work: known to everything that a request or a job does, without being passed along. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Actor {
  /** Null: the system itself. */
  readonly userId: string | null;
  readonly requestId: string | null;
}

const storage = new AsyncLocalStorage<Actor>();
const NOBODY: Actor = { userId: null, requestId: null };

export const actAs = <T>(actor: Actor, work: () => T): T => storage.run(actor, work);
export const currentActor = (): Actor => storage.getStore() ?? NOBODY;
