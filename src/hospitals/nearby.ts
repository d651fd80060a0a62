/**
 * Finds what is near: in Redis, or in SQL where there is none. Both only give candidates; distances are computed from the rows, so
 * the answers are the same.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Logger } from '#rooms/ports.ts';
import { boxesAround, type Point } from './geo.ts';

export interface NearbyIndex {
  /** Ids of everything within `metres`, and perhaps of a little more, in no order. */
  candidates(point: Point, metres: number): Promise<string[]>;
}

export type Place = Point & { readonly id: string };

/** A bounding box over an index of latitude and longitude. */
export function createSqlNearby({ models }: Database): NearbyIndex {
  return {
    async candidates(point, metres) {
      const boxes = boxesAround(point, metres).map(({ south, north, west, east }) => ({
        latitude: { [Op.between]: [south, north] as [number, number] },
        longitude: { [Op.between]: [west, east] as [number, number] },
      }));
      const rows = await models.hospitals.findAll({ where: { enabled: true, [Op.or]: boxes }, attributes: ['id'] });
      return rows.map(({ id }) => id);
    },
  };
}

/** Seconds that an index is kept without being asked. */
const KEEP_SECONDS = 86_400;
const CHUNK = 500;
/** Redis rounds places by up to a metre. */
const ROUNDING = { share: 1.0001, metres: 2 };

/**
 * A Redis GEO index. Its key names a hash of all places, so nodes that know different places do not meet, and an index that was lost
 * is made anew.
 * @param places all of them, as the database has them
 * @param fallback asked while Redis does not answer
 */
export function createRedisNearby(redis: Redis, places: () => Promise<readonly Place[]>, fallback: NearbyIndex, log: Logger): NearbyIndex {
  async function search(key: string, point: Point, metres: number): Promise<string[] | null> {
    const reach = metres * ROUNDING.share + ROUNDING.metres;
    const commands = redis.multi().expire(key, KEEP_SECONDS);
    for (const { longitude, latitude } of origins(point, metres))
      commands.geosearch(key, 'FROMLONLAT', longitude, latitude, 'BYRADIUS', reach, 'm');
    const replies = (await commands.exec()) ?? [];
    const failed = replies.find(([error]) => error);
    if (failed?.[0]) throw failed[0];
    const [known, ...found] = replies.map(([, reply]) => reply);
    return known === 1 ? [...new Set(found.flat() as string[])] : null;
  }

  async function fill(key: string, all: readonly Place[]): Promise<void> {
    const fresh = `${key}:${randomUUID()}`;
    const commands = redis.multi();
    for (let i = 0; i < all.length; i += CHUNK) {
      const members = all.slice(i, i + CHUNK).flatMap(({ longitude, latitude, id }) => [longitude, latitude, id]);
      commands.geoadd(fresh, ...members);
    }
    await commands.rename(fresh, key).expire(key, KEEP_SECONDS).exec();
  }

  async function ask(point: Point, metres: number): Promise<string[] | null> {
    const all = await places();
    if (all.length === 0) return [];
    const key = `wenzhen:hospitals:${fingerprint(all)}`;
    const found = await search(key, point, metres);
    if (found) return found;
    await fill(key, all);
    return search(key, point, metres);
  }

  return {
    async candidates(point, metres) {
      try {
        const found = await ask(point, metres);
        if (found) return found;
      } catch (error) {
        log.debug({ err: error }, 'no nearby hospitals from redis');
      }
      return fallback.candidates(point, metres);
    },
  };
}

/** Redis does not see over the date line: whoever is near to it searches from there on the other side too. */
const origins = (point: Point, metres: number): Point[] =>
  boxesAround(point, metres).map(({ west, east }) =>
    point.longitude >= west && point.longitude <= east ? point : { ...point, longitude: east === 180 ? 180 : -180 },
  );

/** The array that a fingerprint was made of last: places are cached, so it is usually the same one. */
const fingerprints = new WeakMap<readonly Place[], string>();

function fingerprint(all: readonly Place[]): string {
  const known = fingerprints.get(all);
  if (known) return known;
  const lines = all.map(({ id, longitude, latitude }) => `${id} ${longitude} ${latitude}`).toSorted();
  const made = createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 24);
  fingerprints.set(all, made);
  return made;
}
