/**
 * Everything that happened to a patient in one chronological view (PAT-12). Each kind of thing is a source: SQL for what and when,
 * so that the database merges and cuts the list, and a function that describes what is on the page.
 */
import { QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { slice } from '#src/plugins/fields.ts';
import type * as schemas from './schemas.ts';

export type TimelineKind = z.infer<typeof schemas.timelineKind>;
type Entry = z.infer<typeof schemas.timeline>['items'][number];

export interface TimelineSource {
  readonly kind: TimelineKind;
  /** Whether practitioners of the patient see it too. */
  readonly care: boolean;
  /** SQL that selects `id` and the time `at` of everything of the user `:patient`. */
  readonly select: string;
  /** What to show, by id. */
  describe(ids: readonly string[]): Promise<ReadonlyMap<string, Pick<Entry, 'title' | 'status' | 'with'>>>;
}

export interface Timeline {
  /** Newest first. @param everything also what practitioners do not see */
  read(patientUserId: string, query: z.infer<typeof schemas.timelineQuery>, everything: boolean): Promise<z.infer<typeof schemas.timeline>>;
  counts(patientUserId: string, everything: boolean): Promise<{ kind: TimelineKind; entries: number }[]>;
}

interface Found {
  kind: TimelineKind;
  id: string;
  at: Date | string;
}

export function createTimeline({ sequelize, time }: Database, sources: readonly TimelineSource[]): Timeline {
  const union = (chosen: readonly TimelineSource[]): string =>
    chosen.map(({ kind, select }) => `SELECT '${kind}' AS kind, s.id AS id, s.at AS at FROM (${select}) s`).join(' UNION ALL ');
  const visible = (everything: boolean) => sources.filter(({ care }) => everything || care);

  return {
    async read(patient, query, everything) {
      const { page, pageSize, kinds, from, to } = query;
      const chosen = visible(everything).filter(({ kind }) => !kinds || kinds.includes(kind));
      if (chosen.length === 0) return { items: [], pagination: { page, pageSize, total: 0 } };
      const conditions = [...(from ? ['at >= :from'] : []), ...(to ? ['at < :to'] : [])];
      const where = `FROM (${union(chosen)}) t ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}`;
      const replacements = { patient, from: from && time(new Date(from)), to: to && time(new Date(to)), ...slice(query) };
      const options = { type: QueryTypes.SELECT, replacements } as const;
      const [count] = await sequelize.query<{ total: number }>(`SELECT COUNT(*) AS total ${where}`, options);
      const list = `SELECT kind, id, at ${where} ORDER BY at DESC, id DESC, kind LIMIT :limit OFFSET :offset`;
      const found = await sequelize.query<Found>(list, options);
      return { items: await describe(chosen, found), pagination: { page, pageSize, total: Number(count?.total ?? 0) } };
    },

    async counts(patient, everything) {
      const sql = `SELECT kind, COUNT(*) AS entries FROM (${union(visible(everything))}) t GROUP BY kind ORDER BY kind`;
      const rows = await sequelize.query<{ kind: TimelineKind; entries: number }>(sql, {
        type: QueryTypes.SELECT,
        replacements: { patient },
      });
      return rows.map(({ kind, entries }) => ({ kind, entries: Number(entries) }));
    },
  };
}

async function describe(sources: readonly TimelineSource[], found: readonly Found[]): Promise<Entry[]> {
  const described = new Map<TimelineKind, ReadonlyMap<string, Pick<Entry, 'title' | 'status' | 'with'>>>();
  for (const source of sources) {
    const ids = found.filter(({ kind }) => kind === source.kind).map(({ id }) => id);
    if (ids.length > 0) described.set(source.kind, await source.describe(ids));
  }
  return found.map(({ kind, id, at }) => ({
    ...{ kind, id, at: new Date(at).toISOString() },
    ...(described.get(kind)?.get(id) ?? { title: '', status: null, with: null }),
  }));
}
