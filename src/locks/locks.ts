/**
 * Locks that all processes of a clinic share (CFG-05), for work that two of them would only do twice. A lock belongs to whoever has its token,
 * until its time is over; nobody else can give it up or extend it. In the database rather than in Redis: it is there without Redis, and a Redis
 * that was wiped would hand out what is held. Like every lock with a time it does not stop an owner that was paused and goes on: what
 * must never happen twice has a guarded update or a unique index besides.
 */
import { randomUUID } from 'node:crypto';
import { Op, UniqueConstraintError } from 'sequelize';
import type { Database } from '#src/database/database.ts';

export interface Lock {
  /** From now on for this long again, in ms. @returns false: it ran out and somebody else has it, or nobody */
  extend(ms: number): Promise<boolean>;
  /** @returns false: it was no longer ours */
  release(): Promise<boolean>;
}

export interface Locks {
  /** @param ms until it ends by itself @returns null: somebody else has it */
  take(name: string, ms: number): Promise<Lock | null>;
  /**
   * Does something under a lock, which is extended while it lasts: `ms` is how soon others may go on when this process dies.
   * @returns what `work` did; null: somebody else is at it
   */
  alone<T>(name: string, ms: number, work: () => Promise<T>): Promise<{ done: T } | null>;
}

/** Times a lock is extended before it would end. */
const EXTENSIONS = 3;

export function createLocks({ models: { locks }, transaction }: Database): Locks {
  const until = (ms: number) => new Date(Date.now() + ms);

  /** In statements of one row each: of two who want it the database lets one. */
  async function take(name: string, ms: number): Promise<Lock | null> {
    const token = randomUUID();
    const own = { name, token };
    const ended = { name, expiresAt: { [Op.lte]: new Date() } };
    const [taken] = await transaction(() => locks.update({ token, expiresAt: until(ms) }, { where: ended }));
    if (taken === 0 && !(await make(own, until(ms)))) return null;
    return {
      async extend(more) {
        const still = { ...own, expiresAt: { [Op.gt]: new Date() } };
        const [kept] = await transaction(() => locks.update({ expiresAt: until(more) }, { where: still }));
        return kept > 0;
      },
      release: async () => (await transaction(() => locks.destroy({ where: own }))) > 0,
    };
  }

  async function make(own: { name: string; token: string }, expiresAt: Date): Promise<boolean> {
    try {
      await transaction(() => locks.create({ ...own, expiresAt }));
      return true;
    } catch (error) {
      if (error instanceof UniqueConstraintError) return false;
      throw error;
    }
  }

  return {
    take,
    async alone(name, ms, work) {
      const lock = await take(name, ms);
      if (!lock) return null;
      // A failure is met by the next one; when all fail it runs out, as if this process had died.
      const timer = setInterval(() => void lock.extend(ms).catch(() => undefined), ms / EXTENSIONS);
      try {
        return { done: await work() };
      } finally {
        clearInterval(timer);
        await lock.release();
      }
    },
  };
}
