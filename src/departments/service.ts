/** Departments (科室). There are few and every page asks for them, so each process keeps all of them in memory. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { slice } from '#src/plugins/fields.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { DepartmentRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type DepartmentView = z.infer<typeof schemas.departmentView>;
type List = z.infer<typeof schemas.departmentList>;

/** Methods on one department throw `ApiError` `not_found`. */
export interface Departments {
  /** Enabled ones only. */
  list(query: z.infer<typeof schemas.departmentQuery>): Promise<List>;
  /** Disabled ones too. */
  listAll(query: z.infer<typeof schemas.allDepartmentsQuery>): Promise<List>;
  /** An enabled one. */
  get(id: string): Promise<DepartmentView>;
  /** Enabled or not; undefined when there is none. From memory. */
  find(id: string): Promise<DepartmentView | undefined>;
  /** Ids of those that take bookings. From memory. */
  enabledIds(): Promise<string[]>;
  /** @throws {ApiError} `department_code_taken` */
  create(input: z.infer<typeof schemas.newDepartment>): Promise<DepartmentView>;
  /** @throws {ApiError} `department_code_taken` */
  update(id: string, changes: z.infer<typeof schemas.departmentChanges>): Promise<DepartmentView>;
  /** Disabling hides it and stops bookings with its practitioners. */
  enable(id: string, enabled: boolean): Promise<DepartmentView>;
  /** @throws {ApiError} `in_use` when it has practitioners */
  remove(id: string): Promise<void>;
}

/** Name of the cache in signals. */
const CACHE = 'departments';
const violations = {
  unique: [{ index: 'departments_code_unique', column: 'code', code: 'department_code_taken' }],
  reference: 'in_use',
} as const;

export function createDepartments(database: Database, signals: Signals): Departments {
  const { models, transaction } = database;
  const cached = createCached(signals, CACHE, async () => (await models.departments.findAll()).map(viewOf));

  /** Runs a change and tells every process. */
  const change = <T>(work: () => Promise<T>): Promise<T> =>
    withViolations(violations, () =>
      transaction(async () => {
        const result = await work();
        await signals.send('cache', CACHE);
        return result;
      }),
    );

  const update = (id: string, values: Partial<DepartmentRow>): Promise<DepartmentView> =>
    change(async () => {
      const row = await models.departments.findByPk(id, { lock: true });
      if (!row) throw new ApiError('not_found');
      return viewOf(await row.update(values));
    });

  return {
    async list(query) {
      return pageOf((await cached()).filter(({ enabled }) => enabled).filter(matches(query.keyword)), query);
    },

    async listAll(query) {
      const { enabled: wanted, keyword } = query;
      const all = (await cached()).filter(({ enabled }) => wanted === undefined || String(enabled) === wanted);
      return pageOf(all.filter(matches(keyword)), query);
    },

    async get(id) {
      const found = (await cached()).find((department) => department.id === id);
      if (!found?.enabled) throw new ApiError('not_found');
      return found;
    },

    enabledIds: async () => (await cached()).filter(({ enabled }) => enabled).map(({ id }) => id),
    find: async (id) => (await cached()).find((department) => department.id === id),
    create: (input) => change(async () => viewOf(await models.departments.create({ id: uuid(), ...input }))),
    update: (id, { code, name, description, sortOrder }) =>
      update(id, {
        ...(code !== undefined && { code }),
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(sortOrder !== undefined && { sortOrder }),
      }),
    enable: (id, enabled) => update(id, { enabled }),
    remove: (id) =>
      change(async () => {
        if ((await models.departments.destroy({ where: { id } })) === 0) throw new ApiError('not_found');
      }),
  };
}

function matches(keyword: string | undefined): (department: DepartmentView) => boolean {
  const wanted = keyword?.normalize('NFKC').toLowerCase() ?? '';
  return ({ name, code }) => `${name}\n${code}`.normalize('NFKC').toLowerCase().includes(wanted);
}

const sorts: Record<z.infer<typeof schemas.departmentQuery>['sort'], (a: DepartmentView, b: DepartmentView) => number> = {
  order: (a, b) => a.sortOrder - b.sortOrder || a.code.localeCompare(b.code, 'en'),
  name: (a, b) => a.name.localeCompare(b.name, 'zh') || a.code.localeCompare(b.code, 'en'),
  code: (a, b) => a.code.localeCompare(b.code, 'en'),
};

function pageOf(found: DepartmentView[], query: z.infer<typeof schemas.departmentQuery>): List {
  const { limit, offset } = slice(query);
  const items = found.toSorted(sorts[query.sort]).slice(offset, offset + limit);
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: found.length } };
}

function viewOf({ id, code, name, description, enabled, sortOrder, createdAt, updatedAt }: DepartmentRow): DepartmentView {
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
  return { id, code, name, description, enabled: Boolean(enabled), sortOrder, ...times };
}
