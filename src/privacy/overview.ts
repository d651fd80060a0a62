/** What a person is shown of their own data: open requests, what is in the way of an erasure, what the law would keep. */
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { blockersOf } from './blockers.ts';
import type { RequestRow } from './model.ts';
import { endOfTerm } from './retention.ts';
import { countRows, personalTables } from './rows.ts';
import type * as schemas from './schemas.ts';
import { termNames, terms } from './terms.ts';

type Overview = z.infer<typeof schemas.overview>;

export const ownView = ({ id, kind, state, dueAt, expiresAt, finishedAt, createdAt }: RequestRow): z.infer<typeof schemas.ownRequest> => ({
  ...{ id, kind, state, dueAt: dueAt.toISOString(), createdAt: createdAt.toISOString() },
  expiresAt: expiresAt?.toISOString() ?? null,
  finishedAt: finishedAt?.toISOString() ?? null,
});

export async function overviewOf(database: Database, userId: string, erasureDays: number): Promise<Overview> {
  const requests = await database.models.privacyRequests.findAll({ where: { userId }, order: [['createdAt', 'DESC']], limit: 20 });
  return {
    requests: requests.map(ownView),
    blockers: await blockersOf(database, userId),
    held: await heldOf(database, userId),
    erasureDays,
  };
}

async function heldOf(database: Database, userId: string): Promise<Overview['held']> {
  const held: Overview['held'] = [];
  for (const term of termNames) {
    const tables: Overview['held'][number]['tables'] = [];
    for (const table of personalTables) {
      if (table.erase.hold !== term) continue;
      const rows = await countRows(database, table, userId, table.erase.deleteIf && `NOT (${table.erase.deleteIf})`);
      if (rows > 0) tables.push({ table: table.name, holds: table.rules.holds, rows });
    }
    const { law, from } = terms[term];
    if (tables.length > 0) held.push({ term, law, from, until: (await endOfTerm(database, term, userId))?.toISOString() ?? null, tables });
  }
  return held;
}
