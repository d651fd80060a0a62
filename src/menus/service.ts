/** The menu of the clinic's pages as a tree that administrators may change (USR-17). Every page asks for it, so it is kept in memory. */
import { isDeepStrictEqual } from 'node:util';
import { Op } from 'sequelize';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { builtinMenus, type MenuDeclaration } from './catalogue.ts';
import type { MenuRow } from './model.ts';
import type * as schemas from './schemas.ts';

type MenuView = schemas.MenuView;

/** Methods on one entry throw `ApiError` `not_found`. */
export interface Menus {
  /** What somebody sees: visible entries that they may open, and headings with such entries. */
  mine(may: (permission: string) => boolean): Promise<schemas.MenuEntry[]>;
  /** Everything. */
  tree(): Promise<schemas.MenuNode[]>;
  /** @throws {ApiError} `already_exists`, `unknown_menu` for the one above */
  create(entry: z.infer<typeof schemas.newMenu>): Promise<MenuView>;
  /** @throws {ApiError} `unknown_menu`, `circular` */
  change(key: string, changes: z.infer<typeof schemas.menuChanges>): Promise<MenuView>;
  /** @throws {ApiError} `builtin`, `in_use` while there are entries below it */
  remove(key: string): Promise<void>;
}

/** Name of the cache in signals. */
const CACHE = 'menus';
/** Distance of built-in entries, so that others fit between them. */
const STEP = 100;

export function createMenus({ models: { menus }, transaction }: Database, signals: Signals): Menus {
  const cached = createCached(signals, CACHE, async () => treeOf((await menus.findAll({ order: ['sortOrder', 'key'] })).map(viewOf), null));

  const change = <T>(work: () => Promise<T>): Promise<T> =>
    withViolations({ unique: [{ index: 'PRIMARY', column: 'key', code: 'already_exists' }], reference: 'in_use' }, () =>
      transaction(async () => {
        const result = await work();
        await signals.send('cache', CACHE);
        return result;
      }),
    );

  /** Under the lock of all entries, so that two changes cannot make a circle together. */
  async function place(key: string, parentKey: string | null): Promise<void> {
    const parents = new Map((await menus.findAll({ order: ['key'], lock: true })).map((row) => [row.key, row.parentKey]));
    if (parentKey === null) return;
    if (!parents.has(parentKey)) throw new ApiError('unknown_menu');
    for (let above: string | null | undefined = parentKey; above; above = parents.get(above)) {
      if (above === key) throw new ApiError('circular');
    }
  }

  return {
    tree: cached,
    mine: async (may) => allowed(await cached(), may),

    create: (entry) =>
      change(async () => {
        await place(entry.key, entry.parentKey);
        return viewOf(await menus.create({ ...entry, builtin: false }));
      }),

    change: (key, { parentKey, ...changes }) =>
      change(async () => {
        if (parentKey !== undefined) await place(key, parentKey);
        const row = await menus.findByPk(key, { lock: true });
        if (!row) throw new ApiError('not_found');
        const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
        return viewOf(await row.update({ ...given, ...(parentKey !== undefined && { parentKey }) }));
      }),

    remove: (key) =>
      change(async () => {
        const row = await menus.findByPk(key, { lock: true });
        if (!row) throw new ApiError('not_found');
        if (row.builtin) throw new ApiError('builtin');
        await row.destroy();
      }),
  };
}

/**
 * Adds missing built-in entries, at every start, and moves, names and files those that no administrator has changed as this version has
 * them. Several processes may run it together.
 */
export async function syncBuiltinMenus({ models: { menus }, transaction }: Database): Promise<void> {
  const rowsOf = (entries: readonly MenuDeclaration[], parentKey: string | null) =>
    entries.map(({ key, zh, en, path = null, icon = null, permission = null }, index) => {
      return {
        key,
        parentKey,
        titleZh: zh,
        titleEn: en,
        path,
        icon,
        permission,
        sortOrder: (index + 1) * STEP,
        visible: true,
        builtin: true,
      };
    });
  const below = builtinMenus.flatMap(({ key, children = [] }) => rowsOf(children, key));
  await transaction(async () => {
    const declared = [rowsOf(builtinMenus, null), below];
    for (const rows of declared) await menus.bulkCreate(rows, { ignoreDuplicates: true });
    // A change of a person's moves `updated_at`; ours leaves it.
    const unchanged = { builtin: true, updatedAt: { [Op.col]: 'created_at' } };
    const stored = new Map((await menus.findAll({ where: unchanged })).map((row) => [row.key, viewOf(row)]));
    for (const row of declared.flat()) {
      const { key, ...values } = row;
      const old = stored.get(key);
      if (old && !isDeepStrictEqual({ ...old }, row)) await menus.update(values, { where: { ...unchanged, key }, silent: true });
    }
  });
}

function viewOf({ key, parentKey, titleZh, titleEn, path, icon, permission, sortOrder, visible, builtin }: MenuRow): MenuView {
  return { key, parentKey, titleZh, titleEn, path, icon, permission, sortOrder, visible: Boolean(visible), builtin: Boolean(builtin) };
}

const treeOf = (rows: readonly MenuView[], parentKey: string | null): schemas.MenuNode[] =>
  rows.filter((row) => row.parentKey === parentKey).map((row) => ({ ...row, children: treeOf(rows, row.key) }));

function allowed(nodes: readonly schemas.MenuNode[], may: (permission: string) => boolean): schemas.MenuEntry[] {
  return nodes
    .filter(({ visible, permission }) => visible && (permission === null || may(permission)))
    .map(({ key, titleZh, titleEn, path, icon, children }) => ({ key, titleZh, titleEn, path, icon, children: allowed(children, may) }))
    .filter(({ path, children }) => path !== null || children.length > 0);
}
