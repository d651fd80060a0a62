/** What is taken of practitioners' time, for lists of slots: hot reads, outside of transactions. */
import { QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { StoredTime } from '#src/database/prepared.ts';
import { type CellRange, type Claim, createOccupancy, type Occupancy } from '#src/scheduling/cells.ts';

interface Row {
  practitionerId: string;
  cell: number;
  seat: number;
  heldUntil: StoredTime | null;
}

const TAKEN = `SELECT practitioner_id AS practitionerId, cell, seat, held_until AS heldUntil FROM appointment_claims
  WHERE practitioner_id`;

export async function takenOf({ prepared }: Database, practitionerId: string, range: CellRange): Promise<Occupancy> {
  const sql = `${TAKEN} = ? AND cell >= ? AND cell < ? ORDER BY cell, seat`;
  const rows = await prepared.all<Row>(sql, [practitionerId, range.from, range.until]);
  return createOccupancy(range, claimsOf(rows, prepared.readTime));
}

/** The same for many in one query; those without claims are there too. */
export async function takenOfMany(
  { sequelize, prepared }: Database,
  practitionerIds: readonly string[],
  range: CellRange,
): Promise<Map<string, Occupancy>> {
  if (practitionerIds.length === 0) return new Map();
  const sql = `${TAKEN} IN (:ids) AND cell >= :from AND cell < :until ORDER BY practitioner_id, cell, seat`;
  const replacements = { ids: [...practitionerIds], ...range };
  const rows = await sequelize.query<Row>(sql, { type: QueryTypes.SELECT, replacements });
  const byPractitioner = Map.groupBy(rows, ({ practitionerId }) => practitionerId);
  const of = (id: string) => createOccupancy(range, claimsOf(byPractitioner.get(id) ?? [], prepared.readTime));
  return new Map(practitionerIds.map((id) => [id, of(id)]));
}

/** Rows in order of their cells as claims: neighbouring cells of a seat that are held for the same time are one. */
function claimsOf(rows: readonly Row[], readTime: (stored: StoredTime) => Date): Claim[] {
  const claims: Claim[] = [];
  const last: (Claim | undefined)[] = [];
  for (const { cell, seat, heldUntil: stored } of rows) {
    const heldUntil = stored === null ? null : readTime(stored).getTime();
    const before = last[seat];
    if (before?.until === cell && before.heldUntil === heldUntil) before.until++;
    else claims.push((last[seat] = { seat, from: cell, until: cell + 1, heldUntil }));
  }
  return claims;
}
