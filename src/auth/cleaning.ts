/** Removes what signing in leaves behind, once nobody needs it any more. */
import { type Model, type ModelStatic, Op, type WhereOptions } from 'sequelize';
import type { Database } from '#src/database/database.ts';

const DAY = 86_400_000;
/** Logs of half a year have to be there (level 3 of the classified protection of information systems). */
const KEEP_LOGINS_MS = 200 * DAY;
/** Ended sessions stay for the figures of a person's use. */
const KEEP_SESSIONS_MS = 90 * DAY;
/** A year's figures, and those of the year before. */
const KEEP_VIEWS_MS = 740 * DAY;
/** Rows of one statement. */
const PORTION = 5_000;

export async function cleanSignIn({ models, transaction }: Pick<Database, 'models' | 'transaction'>): Promise<void> {
  const before = (ms: number) => ({ [Op.lt]: new Date(Date.now() - ms) });
  const steps: [ModelStatic<Model>, WhereOptions][] = [
    [models.rateCounters, { endsAt: before(0) }],
    [models.loginStates, { expiresAt: before(0) }],
    [models.smsCodes, { createdAt: before(DAY) }],
    // A spent token that comes back must be known as long as its session could have been renewed with it.
    [models.refreshTokens, { expiresAt: before(DAY) }],
    [models.sessions, { expiresAt: before(KEEP_SESSIONS_MS) }],
    [models.logins, { createdAt: before(KEEP_LOGINS_MS) }],
    [models.userViews, { dayBeganAt: before(KEEP_VIEWS_MS) }],
  ];
  for (const [model, where] of steps) {
    let removed: number;
    do removed = await transaction(() => model.destroy({ where, limit: PORTION, hooks: false }));
    while (removed === PORTION);
  }
}
