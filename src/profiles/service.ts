/**
 * Visit profiles (就诊人). ID number and phone are sealed. Every change of somebody's profiles holds the lock on their user row, so
 * that "the first one" and "the default one" mean the same to all of them; that there is one default is a unique index all the same.
 */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import { parseIdNumber } from './id-number.ts';
import { idNumberColumn, phoneColumn, type ProfileRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { type ProfileView, viewOf } from './view.ts';

type Changes = z.infer<typeof schemas.profileChanges>;

/** What other modules need to know of a profile. */
export type OwnProfile = Pick<ProfileRow, 'id' | 'userId' | 'name' | 'relationship' | 'birthDate' | 'sex'>;

/** Methods on one profile throw `ApiError` `not_found` when the user has none like this. */
export interface Profiles {
  list(userId: string, query: z.infer<typeof schemas.profileQuery>): Promise<z.infer<typeof schemas.profileList>>;
  /** @param full ID number and phone without mask */
  get(userId: string, id: string, full?: boolean): Promise<ProfileView>;
  /** The default one. */
  main(userId: string): Promise<ProfileView>;
  /** @throws {ApiError} `id_number_taken`, `limit_reached`, `invalid_request` when date of birth or sex are not those of the ID number */
  create(userId: string, input: z.infer<typeof schemas.newProfile>): Promise<ProfileView>;
  /** @throws {ApiError} `id_number_taken`, `invalid_request` as for `create` */
  update(userId: string, id: string, changes: Changes): Promise<ProfileView>;
  /** The oldest of the others becomes the default when it was this one. */
  remove(userId: string, id: string): Promise<void>;
  makeDefault(userId: string, id: string): Promise<ProfileView>;
  /** For other modules: a profile that may be booked for. */
  own(userId: string, id: string): Promise<OwnProfile>;
}

const MAX_PROFILES = 20;
const violations = {
  unique: [
    { index: 'visit_profiles_id_number_unique', column: 'id_number_index', code: 'id_number_taken' },
    { index: 'visit_profiles_default_unique', column: 'default_key', code: 'conflict' },
  ],
} as const;

export function createProfiles(database: Database, vault: Vault): Profiles {
  const { models, transaction } = database;

  /** Runs a change of somebody's profiles, one at a time. */
  const change = <T>(userId: string, work: () => Promise<T>): Promise<T> =>
    withViolations(violations, () =>
      transaction(async () => {
        await models.users.findByPk(userId, { attributes: ['id'], lock: true });
        return work();
      }),
    );

  return {
    ...createReading(database, vault),

    create: (userId, { isDefault, ...input }) =>
      change(userId, async () => {
        const before = await models.visitProfiles.count({ where: { userId, deletedAt: null } });
        if (before >= MAX_PROFILES) throw new ApiError('limit_reached');
        const { name, relationship } = input;
        const id = uuid();
        const identity = identityOf(vault, id, { birthDate: null, sex: 'unknown', idNumber: null }, input);
        const row = await models.visitProfiles.create({ id, userId, name, relationship, ...identity });
        if (isDefault || before === 0) await setDefault(database, row);
        return viewOf(vault, row);
      }),

    update: (userId, id, changes) =>
      change(userId, async () => {
        const row = await find(database, userId, id);
        const { name = row.name, relationship = row.relationship } = changes;
        const idNumber = row.idNumberSealed && vault.open(idNumberColumn, id, row.idNumberSealed);
        const identity = identityOf(vault, id, { birthDate: row.birthDate, sex: row.sex, idNumber }, changes);
        return viewOf(vault, await row.update({ name, relationship, ...identity }));
      }),

    remove: (userId, id) =>
      change(userId, async () => {
        const row = await find(database, userId, id);
        const wasDefault = row.defaultKey !== null;
        await row.update({ deletedAt: new Date(), defaultKey: null, idNumberIndex: null });
        const next = wasDefault ? await models.visitProfiles.findOne({ where: { userId, deletedAt: null }, order: ['id'] }) : null;
        if (next) await setDefault(database, next);
      }),

    makeDefault: (userId, id) =>
      change(userId, async () => {
        const row = await find(database, userId, id);
        await setDefault(database, row);
        return viewOf(vault, row);
      }),

    own: (userId, id) => find(database, userId, id),
  };
}

function createReading(database: Database, vault: Vault): Pick<Profiles, 'list' | 'get' | 'main'> {
  const { models } = database;
  return {
    async list(userId, query) {
      const where = { userId, deletedAt: null, ...(query.relationship && { relationship: query.relationship }) };
      const order: [string, string][] = [['defaultKey', 'DESC'], ...orderOf(query.sort)];
      const { rows, count } = await models.visitProfiles.findAndCountAll({ where, order, ...slice(query) });
      const { page, pageSize } = query;
      return { items: rows.map((row) => viewOf(vault, row)), pagination: { page, pageSize, total: count } };
    },

    get: async (userId, id, full = false) => viewOf(vault, await find(database, userId, id), full),

    async main(userId) {
      const row = await models.visitProfiles.findOne({ where: { defaultKey: userId } });
      if (!row) throw new ApiError('not_found');
      return viewOf(vault, row);
    },
  };
}

async function find({ models }: Database, userId: string, id: string): Promise<ProfileRow> {
  const row = await models.visitProfiles.findOne({ where: { id, userId, deletedAt: null } });
  if (!row) throw new ApiError('not_found');
  return row;
}

/** Inside the lock on the user. */
async function setDefault({ models }: Database, row: ProfileRow): Promise<void> {
  const { id, userId } = row;
  await models.visitProfiles.update({ defaultKey: null }, { where: { defaultKey: userId } });
  await models.visitProfiles.update({ defaultKey: userId }, { where: { id } });
  await row.reload();
}

type Known = Pick<ProfileRow, 'birthDate' | 'sex'> & { idNumber: string | null };
type Identity = Pick<ProfileRow, 'birthDate' | 'sex'> & Partial<Pick<ProfileRow, 'idNumberSealed' | 'idNumberIndex' | 'phoneSealed'>>;

/**
 * Columns that say who somebody is, after a change; an ID number decides about date of birth and sex.
 * @throws {ApiError} `invalid_request` when they were given and differ from it
 */
function identityOf(vault: Vault, id: string, known: Known, given: Omit<Changes, 'name' | 'relationship'>): Identity {
  const { phone, birthDate = known.birthDate, sex = known.sex } = given;
  const number = given.idNumber === undefined ? known.idNumber : given.idNumber;
  const parsed = number === null ? undefined : parseIdNumber(number);
  if (parsed) checkAgainst(parsed, given);
  return {
    birthDate: parsed?.birthDate ?? birthDate,
    sex: parsed?.sex ?? sex,
    ...(given.idNumber !== undefined && {
      idNumberSealed: parsed ? vault.seal(idNumberColumn, id, parsed.number) : null,
      idNumberIndex: parsed ? vault.index('id-number', parsed.body) : null,
    }),
    ...(phone !== undefined && { phoneSealed: phone === null ? null : vault.seal(phoneColumn, id, phone) }),
  };
}

function checkAgainst(parsed: { birthDate: string; sex: string }, given: Pick<Changes, 'birthDate' | 'sex'>): void {
  const wrong = (['birthDate', 'sex'] as const).filter((key) => given[key] && given[key] !== 'unknown' && given[key] !== parsed[key]);
  const details = wrong.map((key) => ({ field: `body.${key}`, message: 'is not what the ID number says' }));
  if (details.length > 0) throw new ApiError('invalid_request', { details });
}
