/** Suggests practitioners by complaint, health tags and earlier visits, and says for each why (DOC-10). */
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { fitting, overlap, pointersOf } from './complaints.ts';
import type { HistoryPort } from './ports.ts';
import type * as schemas from './schemas.ts';
import type { PractitionerView, PractitionerViews } from './view.ts';

type Recommendations = z.infer<typeof schemas.recommendations>;
type Reason = Recommendations['items'][number]['reasons'][number];

export interface Recommending {
  /** The best first; practitioners without any reason are left out. */
  recommend(userId: string, query: z.infer<typeof schemas.recommendationQuery>): Promise<Recommendations>;
}

/** How much each kind of reason counts. */
const WEIGHTS: Record<Reason['kind'], number> = { complaint: 3, tag: 2, history: 1 };
/** Earlier visits that count, so that habit does not outweigh need. */
const MOST_VISITS = 2;
/** Bookable practitioners that are looked at, newest profiles first. */
const CANDIDATES = 1_000;

export function createRecommending({ models }: Database, views: PractitionerViews, history: HistoryPort): Recommending {
  return {
    async recommend(userId, { complaint = '', kind, limit }) {
      const [visits, tags] = [await history.visitsOf(userId), await history.tagsOf(userId)];
      const where = { ...(await views.bookable()), ...(kind && { kind }) };
      const rows = await models.practitioners.findAll({ where, order: [['id', 'DESC']], limit: CANDIDATES });
      const items = (await views.open(rows))
        .filter((practitioner) => practitioner.userId !== userId)
        .map((practitioner) => {
          const reasons = reasonsFor(practitioner, complaint, tags, visits.get(practitioner.userId) ?? 0);
          return { practitioner, reasons, score: scoreOf(reasons) };
        })
        .filter(({ score }) => score > 0)
        .toSorted((a, b) => b.score - a.score || a.practitioner.id.localeCompare(b.practitioner.id));
      return { items: items.slice(0, limit) };
    },
  };
}

function reasonsFor({ specialities, department }: PractitionerView, complaint: string, tags: readonly string[], visits: number): Reason[] {
  const names = [...specialities, ...(department ? [department.name] : [])];
  const reasons: Reason[] = [];
  const named = specialities.find((speciality) => complaint !== '' && overlap(complaint, speciality));
  if (named) reasons.push({ kind: 'complaint', matched: named, by: named });
  for (const { said, fits } of pointersOf(complaint)) {
    const by = names.find((name) => fitting(name, fits));
    if (by && by !== named) reasons.push({ kind: 'complaint', matched: said, by });
  }
  for (const tag of tags) {
    const fits = pointersOf(tag).flatMap((pointer) => pointer.fits);
    const by = names.find((name) => overlap(tag, name) || fitting(name, fits));
    if (by) reasons.push({ kind: 'tag', matched: tag, by });
  }
  if (visits > 0) reasons.push({ kind: 'history', matched: String(visits), by: null });
  return reasons;
}

function scoreOf(reasons: readonly Reason[]): number {
  return reasons.reduce(
    (sum, { kind, matched }) => sum + WEIGHTS[kind] * (kind === 'history' ? Math.min(Number(matched), MOST_VISITS) : 1),
    0,
  );
}
