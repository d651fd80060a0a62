/** Medicines that can be prescribed, and what they do not go together with. */
import { Op, UniqueConstraintError } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { checkMedicines, type Hit, type PatientFacts, type Rule } from './check.ts';
import type { ContraindicationRow, MedicineRow } from './model.ts';
import type * as schemas from './schemas.ts';

type Medicine = z.infer<typeof schemas.medicineView>;
type Contraindication = z.infer<typeof schemas.contraindicationView>;

export interface Medicines {
  /** Disabled ones, too: templates may name them. @throws {ApiError} `not_found` */
  get(id: string): Promise<z.infer<typeof schemas.medicineView>>;
  list(query: z.infer<typeof schemas.medicineQuery>): Promise<z.infer<typeof schemas.medicineList>>;
  /** @throws {ApiError} `already_exists` for a code that is taken */
  create(input: z.infer<typeof schemas.newMedicine>): Promise<Medicine>;
  /** @throws {ApiError} `not_found`, `already_exists` */
  update(id: string, change: z.infer<typeof schemas.medicineChange>): Promise<Medicine>;
  /** Enabled medicines by id. @throws {ApiError} `unknown_medicine` with the ids that are not there or disabled */
  byIds(ids: readonly string[]): Promise<Map<string, Medicine>>;
  /** Everything that speaks against these medicines for this patient, severe first. */
  check(medicines: readonly Medicine[], facts: PatientFacts): Promise<Hit[]>;
  listRules(query: z.infer<typeof schemas.contraindicationQuery>): Promise<z.infer<typeof schemas.contraindicationList>>;
  /** @throws {ApiError} `already_exists` */
  createRule(input: z.infer<typeof schemas.newContraindication>): Promise<Contraindication>;
  /** @throws {ApiError} `not_found` */
  updateRule(id: string, change: z.infer<typeof schemas.contraindicationChange>): Promise<Contraindication>;
}

const RULES = 'contraindications';

export function createMedicines(database: Database, signals: Signals): Medicines {
  const { models, transaction } = database;
  const rules = createCached(signals, RULES, async () => ({
    rules: (await models.contraindications.findAll({ where: { enabled: true } })).map((row): Rule => row.get()),
    terms: Map.groupBy(await models.medicalTerms.findAll(), ({ term }) => term),
  }));

  return {
    async get(id) {
      const row = await models.medicines.findByPk(id);
      if (!row) throw new ApiError('not_found');
      return medicineView(row);
    },
    async list(query) {
      const keyword = query.keyword?.replaceAll(/[%_\\]/g, '');
      const where = {
        ...(query.enabled && { enabled: query.enabled === 'true' }),
        ...(keyword && { [Op.or]: [{ name: { [Op.like]: `%${keyword}%` } }, { code: { [Op.like]: `${keyword}%` } }] }),
      };
      const { rows, count } = await models.medicines.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
      return { items: rows.map(medicineView), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    create: (input) =>
      unlessTaken(() => transaction(async () => medicineView(await models.medicines.create({ id: uuid(), ...input, enabled: true })))),

    update: (id, change) =>
      unlessTaken(() =>
        transaction(async () => {
          const row = await models.medicines.findByPk(id, { lock: true });
          if (!row) throw new ApiError('not_found');
          return medicineView(await row.update(defined(change)));
        }),
      ),

    async byIds(ids) {
      const rows = await models.medicines.findAll({ where: { id: [...ids], enabled: true } });
      const found = new Map(rows.map((row) => [row.id, medicineView(row)]));
      const missing = ids.filter((id) => !found.has(id));
      if (missing.length > 0) throw new ApiError('unknown_medicine', { details: missing });
      return found;
    },

    async check(medicines, facts) {
      const { rules: all, terms } = await rules();
      const meanings = new Map([...terms].map(([term, rows]) => [term, rows.map(({ meaning }) => meaning)]));
      return checkMedicines(medicines, all, facts, meanings);
    },
    ...createRules(database, signals),
  };
}

function createRules({ models, transaction }: Database, signals: Signals): Pick<Medicines, 'listRules' | 'createRule' | 'updateRule'> {
  return {
    async listRules(query) {
      const where = { ...(query.kind && { kind: query.kind }), ...(query.ingredient && { ingredient: query.ingredient }) };
      const { rows, count } = await models.contraindications.findAndCountAll({
        where,
        order: orderOf(query.sort),
        ...slice(query),
      });
      return { items: rows.map(ruleView), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    createRule: (input) =>
      unlessTaken(() =>
        transaction(async () => {
          const row = await models.contraindications.create({ id: uuid(), ...input, enabled: true });
          await signals.send('cache', RULES);
          return ruleView(row);
        }),
      ),

    updateRule: (id, change) =>
      transaction(async () => {
        const row = await models.contraindications.findByPk(id, { lock: true });
        if (!row) throw new ApiError('not_found');
        await signals.send('cache', RULES);
        return ruleView(await row.update(defined(change)));
      }),
  };
}

async function unlessTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError('already_exists', { cause: error }) : error;
  }
}

/** A partial change without the fields that were not sent. */
function defined<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function medicineView({ id, code, name, nameEn, ingredients, specification, unit, prescriptionOnly, enabled }: MedicineRow): Medicine {
  return { id, code, name, nameEn, ingredients, specification, unit, prescriptionOnly, enabled };
}

function ruleView({ id, kind, ingredient, against, severity, reasonZh, reasonEn, enabled }: ContraindicationRow): Contraindication {
  return { id, kind, ingredient, against, severity, reasonZh, reasonEn, enabled };
}
