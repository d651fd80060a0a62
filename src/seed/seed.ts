/**
 * Fills a clinic with people, visits and what came of them, for trying things out and for measuring. It writes the rows that the
 * services would have written by now, whatever module they belong to, because nobody can book in the past. The same seed and
 * time give the same rows; what is sealed is sealed anew and opens to the same text.
 */
import { QueryTypes } from 'sequelize';
import { withoutTimeLimit } from '#src/database/time-limit.ts';
import type { Database } from '#src/database/database.ts';
import type { Foundation } from '#src/foundation.ts';
import { addBooked } from './booked.ts';
import { addClinical, createTrail } from './clinical.ts';
import { addBalances, addPayment, askForRefund, type Ledger } from './money.ts';
import { buildPatients } from './patients.ts';
import { DAY, type SeedOptions, type SeedParts } from './plan.ts';
import { createChance } from './random.ts';
import { createRows } from './rows.ts';
import { buildClinic, type Clinic } from './staff.ts';
import { planVisits, type Sequences, type Visit } from './visits.ts';

export type { SeedOptions } from './plan.ts';

type Ground = Pick<Foundation, 'database' | 'vault' | 'settings' | 'secrets' | 'signals'>;

/** Visits of which the rows are held in memory together. */
const BATCH = 500;
/** What other processes remember of what is written here. */
const CACHES = ['departments', 'services', 'contraindications'];

/** Whether there is anybody or anything that a seed would mix with. */
export async function isEmpty({ models }: Pick<Database, 'models'>): Promise<boolean> {
  return (await models.users.count()) + (await models.practitioners.count()) + (await models.appointments.count()) === 0;
}

/**
 * All or nothing.
 * @returns how many rows were written, by model
 * @throws {UniqueConstraintError} when the clinic holds the same seed already
 */
export function seedClinic(ground: Ground, options: SeedOptions): Promise<ReadonlyMap<string, number>> {
  const { database, settings, signals } = ground;
  const chance = createChance(options.seed);
  const rows = createRows(database);
  const parts: SeedParts = { ...ground, options, chance, rows, zone: settings.get('clinic.zone') };
  const work = async () => {
    const sequences = await openSequences(database);
    const clinic = await buildClinic(parts);
    const patients = buildPatients(parts, clinic.passwordHash);
    await rows.flush();
    const visits = planVisits(parts, clinic, patients, sequences);
    addSchedules(parts, clinic, visits);
    await addVisits(parts, clinic, visits, sequences);
    await sequences.write();
    for (const cache of CACHES) await signals.send('cache', cache);
    return rows.written;
  };
  return withoutTimeLimit(() => database.transaction(work));
}

async function addVisits(parts: SeedParts, clinic: Clinic, visits: readonly Visit[], sequences: Sequences): Promise<void> {
  const { rows, chance, options } = parts;
  const ledger: Ledger = new Map();
  const trail = createTrail(parts);
  const recently = options.at.getTime() - 3 * DAY;
  for (const [index, visit] of visits.entries()) {
    addPayment(parts, ledger, visit);
    const consultationId = addBooked(parts, visit);
    if (consultationId) addClinical(parts, { clinic, trail, sequences }, visit, consultationId);
    const askedAt = visit.fate === 'completed' && visit.completedAt !== null ? visit.completedAt + DAY / 4 : 0;
    if (askedAt > recently && askedAt < options.at.getTime() && chance.one(0.03)) askForRefund(parts, visit, askedAt);
    if (index % BATCH === BATCH - 1) await rows.flush();
  }
  addBalances(parts, ledger, clinic);
  trail.close();
  await rows.flush();
}

/** Slots in memory are good for as long as these numbers stay. */
function addSchedules({ rows }: SeedParts, { practitioners }: Clinic, visits: readonly Visit[]): void {
  const claims = Map.groupBy(visits, ({ practitioner }) => practitioner.id);
  rows.add('schedules', ...practitioners.map(({ id }) => ({ practitionerId: id, version: 1, claims: claims.get(id)?.length ?? 0 })));
}

interface OpenSequences extends Sequences {
  write(): Promise<void>;
}

/** Counts in memory and writes what it has come to. */
async function openSequences({ sequelize, dialect }: Database): Promise<OpenSequences> {
  const known = await sequelize.query<{ name: string; value: number }>('SELECT name, value FROM sequences', { type: QueryTypes.SELECT });
  const values = new Map(known.map(({ name, value }) => [name, value]));
  const changed = new Set<string>();
  const taken =
    dialect === 'mysql' ? 'ON DUPLICATE KEY UPDATE value = VALUES(value)' : 'ON CONFLICT (name) DO UPDATE SET value = excluded.value';
  return {
    next(name) {
      const value = (values.get(name) ?? 0) + 1;
      values.set(name, value);
      changed.add(name);
      return value;
    },
    async write() {
      const names = [...changed];
      for (let from = 0; from < names.length; from += BATCH) {
        const rows = names.slice(from, from + BATCH).map((name) => `(${sequelize.escape(name)}, ${values.get(name) ?? 0})`);
        await sequelize.query(`INSERT INTO sequences (name, value) VALUES ${rows.join(', ')} ${taken}`);
      }
    },
  };
}
