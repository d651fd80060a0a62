/** Making and changing practitioner profiles. */
import { literal } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import type { Departments } from '#src/departments/service.ts';
import { ApiError } from '#src/errors.ts';
import { toFen } from '#src/money.ts';
import type { AccessCache } from '#src/permissions/access.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Search } from '#src/search/search.ts';
import { changeProfile, type OwnPractitioner, ownProfile } from './access.ts';
import type { PractitionerRow } from './model.ts';
import type * as schemas from './schemas.ts';
import type { FullPractitionerView, PractitionerViews } from './view.ts';

type Changes = z.infer<typeof schemas.practitionerChanges>;

export interface Writing {
  /** @throws {ApiError} `practitioner_exists`, `not_a_practitioner`, `unknown_department`, `forbidden` for somebody else's profile */
  create(caller: Caller, input: z.infer<typeof schemas.newPractitioner>): Promise<FullPractitionerView>;
  /**
   * What reviewers vouch for (kind, name, title, qualifications) needs a new review when its owner changes it.
   * @throws {ApiError} `forbidden`, `conflict`, `unknown_department`, `not_a_practitioner`
   */
  update(caller: Caller, id: string, changes: Changes): Promise<FullPractitionerView>;
  /** Disabled ones are hidden and take no new bookings. */
  enable(id: string, enabled: boolean): Promise<FullPractitionerView>;
  /** @throws {ApiError} `in_use` when there are appointments or records with it; disable it then */
  remove(id: string): Promise<void>;
}

const violations = {
  unique: [{ index: 'practitioners_user_unique', column: 'user_id', code: 'practitioner_exists' }],
  reference: 'unknown_department',
} as const;

export interface WritingParts {
  departments: Pick<Departments, 'find'>;
  search: Search;
  access: Pick<AccessCache, 'of'>;
}

export function createWriting(database: Database, views: PractitionerViews, parts: WritingParts): Writing {
  const { models, transaction } = database;
  const { search } = parts;

  async function update(own: OwnPractitioner, changes: Changes, actorId: string): Promise<FullPractitionerView> {
    const { row } = own;
    const { version, specialities, price, ...rest } = changes;
    if (version !== undefined && version !== row.version) throw new ApiError('conflict');
    await check(parts, row.userId, rest);
    const values = {
      ...(rest as Partial<PractitionerRow>),
      ...(price !== undefined && { price: price === null ? null : toFen(price) }),
    };
    await changeProfile(database, own, { values, vouched: changesVouched(row, changes), actorId });
    await tag(database, search, row, specialities);
    return views.fullOf(row);
  }

  return {
    async create(caller, { userId = caller.userId, specialities, price, ...input }) {
      if (userId !== caller.userId && !caller.can('practitioners:manage')) throw new ApiError('forbidden');
      await check(parts, userId, input);
      const values = { ...input, userId, price: price === null ? null : toFen(price), enabled: true, reviewState: 'draft' as const };
      return withViolations(violations, () =>
        transaction(async () => {
          const row = await models.practitioners.create({ id: uuid(), ...values });
          await tag(database, search, row, specialities);
          return views.fullOf(row);
        }),
      );
    },

    update: (caller, id, changes) =>
      withViolations(violations, () => transaction(async () => update(await ownProfile(database, caller, id), changes, caller.userId))),

    enable: (id, enabled) =>
      transaction(async () => {
        const [changed] = await models.practitioners.update({ enabled, version: literal('version + 1') }, { where: { id } });
        const row = changed > 0 ? await models.practitioners.findByPk(id) : null;
        if (!row) throw new ApiError('not_found');
        return views.fullOf(row);
      }),

    remove: (id) =>
      withViolations({ reference: 'in_use' }, () =>
        transaction(async () => {
          await search.remove('practitioner', id);
          if ((await models.practitioners.destroy({ where: { id } })) === 0) throw new ApiError('not_found');
        }),
      ),
  };
}

/** @throws {ApiError} `not_a_practitioner` unless the user has the role of that profession, `unknown_department` */
async function check(
  { departments, access }: WritingParts,
  userId: string,
  { kind, departmentId }: Pick<Changes, 'kind' | 'departmentId'>,
): Promise<void> {
  if (kind) {
    const { active, roles } = await access.of(userId);
    if (!active || !roles.includes(kind)) throw new ApiError('not_a_practitioner');
  }
  if (departmentId && !(await departments.find(departmentId))) throw new ApiError('unknown_department');
}

/** Says what a practitioner is good at and found by. @param specialities undefined: as before */
async function tag({ models }: Database, search: Search, row: PractitionerRow, specialities?: readonly string[]): Promise<void> {
  const practitionerId = row.id;
  if (specialities) {
    await models.specialities.destroy({ where: { practitionerId } });
    await models.specialities.bulkCreate(specialities.map((speciality) => ({ practitionerId, speciality })));
  }
  const tags = specialities ?? (await models.specialities.findAll({ where: { practitionerId } })).map(({ speciality }) => speciality);
  await search.put('practitioner', row.id, [row.name, row.title ?? '', ...tags]);
}

/** What a reviewer has looked at and would have to look at again. */
function changesVouched(row: PractitionerRow, changes: Changes): boolean {
  const keys = ['kind', 'name', 'title'] as const;
  if (keys.some((key) => changes[key] !== undefined && changes[key] !== row[key])) return true;
  return changes.qualifications !== undefined && JSON.stringify(changes.qualifications) !== JSON.stringify(row.qualifications);
}
