/** Health profiles and health tags. Medical text is sealed; who looks at somebody's profile is on record. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { CareRelations } from '#src/patients/care-relations.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { detailsColumn, type HealthProfileRow, tagColumn } from './model.ts';
import { bmiOf, type Details, details as detailsSchema } from './schemas.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.healthProfileView>;
type Input = z.infer<typeof schemas.healthProfileInput>;

export interface HealthProfiles {
  /** To its owner, and to practitioners and staff who may see this patient. @throws {ApiError} `not_found` for others */
  get(caller: Caller, userId: string): Promise<View>;
  /** Replaces the caller's profile. @throws {ApiError} `forbidden` for somebody else's */
  put(caller: Caller, userId: string, input: Input): Promise<View>;
  /** Replaces the caller's tags; equal ones become one. @throws {ApiError} `forbidden` for somebody else's */
  putTags(caller: Caller, userId: string, tags: readonly string[]): Promise<string[]>;
  /** As `get`. */
  tags(caller: Caller, userId: string): Promise<string[]>;
  /** For checks of other modules, without record: what a prescriber has to heed. */
  factsOf(userId: string): Promise<Pick<Details, 'allergies' | 'chronicDiseases' | 'allergyInfo'>>;
  /** For suggestions to the user themselves. */
  tagsOf(userId: string): Promise<string[]>;
}

export interface HealthProfileParts {
  vault: Vault;
  audit: Pick<Audit, 'medical'>;
  care: Pick<CareRelations, 'reach'>;
}

const NOTHING = detailsSchema.parse({});

export function createHealthProfiles(database: Database, { vault, audit, care }: HealthProfileParts): HealthProfiles {
  const { models, transaction } = database;

  const { view, detailsOf, tagsOf } = createReading(database, vault);

  /** Reads, and puts it on record, when the caller may. */
  const read = <T>(caller: Caller, userId: string, work: () => Promise<T>): Promise<T> =>
    transaction(async () => {
      if (!(await care.reach(caller, userId, 'patients:read', 'patients:read-all'))) throw new ApiError('not_found');
      if (!(await models.users.findByPk(userId, { attributes: ['id'] }))) throw new ApiError('not_found');
      await audit.medical(caller, 'read', { patientId: userId, objectType: 'health_profile', objectId: userId });
      return work();
    });

  /** Changes the caller's own data, and puts it on record. */
  const change = <T>(caller: Caller, userId: string, work: () => Promise<T>): Promise<T> =>
    transaction(async () => {
      if (caller.userId !== userId) throw new ApiError('forbidden');
      await audit.medical(caller, 'update', { patientId: userId, objectType: 'health_profile', objectId: userId });
      return work();
    });

  return {
    get: (caller, userId) => read(caller, userId, () => view(userId)),
    tags: (caller, userId) => read(caller, userId, () => tagsOf(userId)),
    tagsOf,

    put: (caller, userId, { bloodType, height, weight, hasAllergy, ...details }) =>
      change(caller, userId, async () => {
        const detailsSealed = detailsColumn.seal(vault, userId, details);
        const values = { bloodType, height, weight, bmi: bmiOf({ height, weight }), hasAllergy, detailsSealed };
        // The lock of the audit chain makes changes of one profile wait for each other.
        const row = await models.healthProfiles.findByPk(userId);
        if (row) await row.update({ ...values, version: row.version + 1 });
        else await models.healthProfiles.create({ userId, ...values });
        return view(userId);
      }),

    putTags: (caller, userId, tags) =>
      change(caller, userId, async () => {
        const unique = [...new Map(tags.map((tag) => [tag.normalize('NFKC').toLowerCase(), tag]))];
        await models.healthTags.destroy({ where: { userId } });
        const rows = unique.map(([normal, tag]) => {
          const id = uuid();
          return { id, userId, tagIndex: vault.index('health-tag', normal), tagSealed: vault.seal(tagColumn, id, tag) };
        });
        await models.healthTags.bulkCreate(rows);
        return tagsOf(userId);
      }),

    async factsOf(userId) {
      const { allergies, chronicDiseases, allergyInfo } = detailsOf(await models.healthProfiles.findByPk(userId));
      return { allergies, chronicDiseases, allergyInfo };
    },
  };
}

/** What is stored, without asking who wants it. */
function createReading({ models }: Database, vault: Vault) {
  const detailsOf = (row: HealthProfileRow | null): Details =>
    row?.detailsSealed ? detailsColumn.open(vault, row.userId, row.detailsSealed) : NOTHING;

  async function tagsOf(userId: string): Promise<string[]> {
    const rows = await models.healthTags.findAll({ where: { userId }, order: ['id'] });
    return rows.map(({ id, tagSealed }) => vault.open(tagColumn, id, tagSealed));
  }

  async function view(userId: string): Promise<View> {
    const row = await models.healthProfiles.findByPk(userId);
    const { bloodType = null, hasAllergy = false } = row ?? {};
    return {
      ...{ userId, bloodType, hasAllergy: Boolean(hasAllergy) },
      ...{ height: numberOf(row?.height), weight: numberOf(row?.weight), bmi: numberOf(row?.bmi) },
      ...detailsOf(row),
      healthTags: await tagsOf(userId),
      updatedAt: row?.updatedAt.toISOString() ?? null,
    };
  }

  return { view, detailsOf, tagsOf };
}

const numberOf = (value: number | string | null | undefined): number | null =>
  value === null || value === undefined ? null : Number(value);
