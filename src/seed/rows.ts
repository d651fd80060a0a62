/** Rows on their way into the database: gathered by table and written in the order of the models, which is that of their references. */
import type { CreationAttributes, Model, ModelStatic } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Models } from '#src/database/models.ts';

/** From what others refer to, to what refers. */
const ORDER = [
  ...(['users', 'userRoles', 'departments', 'practitioners', 'specialities', 'practitionerReviews', 'searchTerms'] as const),
  ...(['schedules', 'workRules', 'services', 'priceConfigs', 'medicines', 'contraindications', 'medicalTerms', 'reviewTags'] as const),
  ...(['visitProfiles', 'healthProfiles', 'orders', 'orderItems', 'orderLog', 'appointments', 'appointmentLog'] as const),
  ...(['appointmentClaims', 'patientClaims', 'payments', 'refunds', 'balances', 'balanceEntries', 'consultations', 'members'] as const),
  ...(['medicalRecords', 'medicalRecordVersions', 'prescriptions', 'prescriptionLog', 'reviews', 'reviewTagChoices'] as const),
  ...(['medicalAudit', 'medicalAuditHeads', 'outbox'] as const),
] as const satisfies readonly (keyof Models)[];

type Name = (typeof ORDER)[number];
type RowOf<N extends Name> = Models[N] extends ModelStatic<infer M extends Model> ? CreationAttributes<M> : never;

/** Rows of one statement: well below the largest packet of MariaDB and the limit of a statement's time. */
const CHUNK = 500;

export interface Rows {
  add<N extends Name>(name: N, ...rows: RowOf<N>[]): void;
  /** Writes what was gathered since the last time, inside the caller's transaction. */
  flush(): Promise<void>;
  /** Rows written so far, by model. */
  readonly written: ReadonlyMap<string, number>;
}

export function createRows({ models }: Pick<Database, 'models'>): Rows {
  const held = new Map<Name, object[]>();
  const written = new Map<string, number>();
  return {
    written,
    add(name, ...rows) {
      const list = held.get(name);
      if (list) list.push(...rows);
      else held.set(name, rows);
    },
    async flush() {
      for (const name of ORDER) {
        const rows = held.get(name) ?? [];
        const model = models[name] as unknown as ModelStatic<Model>;
        for (let from = 0; from < rows.length; from += CHUNK) await model.bulkCreate(rows.slice(from, from + CHUNK) as never[]);
        written.set(name, (written.get(name) ?? 0) + rows.length);
      }
      held.clear();
    },
  };
}
