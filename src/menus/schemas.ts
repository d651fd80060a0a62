import { z } from 'zod';
import { text } from '#src/plugins/fields.ts';
import { type Permission, permissionNames } from '#src/permissions/catalogue.ts';

const key = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no key of a menu entry');
const path = z
  .string()
  .max(200)
  .regex(/^\/[\w\-/.]*$/, 'is no path')
  .nullable();
const icon = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no name of an icon')
  .nullable();
const permission = z.enum(permissionNames as [Permission, ...Permission[]]).nullable();
const sortOrder = z.int().min(-1_000_000).max(1_000_000);
const parentKey = z.string().max(40).nullable();

export const menuParams = z.object({ key: z.string().min(1).max(40) });

const entry = {
  key: z.string(),
  titleZh: z.string(),
  titleEn: z.string(),
  path: z.string().nullable().describe('below `/clinic`; null for a heading'),
  icon: z.string().nullable(),
};
/** What a client shows. */
export interface MenuEntry {
  key: string;
  titleZh: string;
  titleEn: string;
  path: string | null;
  icon: string | null;
  children: MenuEntry[];
}
const menuEntry: z.ZodType<MenuEntry> = z
  .object({
    ...entry,
    get children() {
      return z.array(menuEntry);
    },
  })
  .meta({ id: 'MenuEntry' });
export const ownMenu = z.object({ items: z.array(menuEntry) });

export const menuView = z.object({
  ...entry,
  parentKey,
  permission: z.string().nullable().describe('what the caller must hold to see it'),
  sortOrder: z.int(),
  visible: z.boolean(),
  builtin: z.boolean(),
});
export type MenuView = z.infer<typeof menuView>;
export interface MenuNode extends MenuView {
  children: MenuNode[];
}
const menuNode: z.ZodType<MenuNode> = menuView
  .extend({
    get children() {
      return z.array(menuNode);
    },
  })
  .meta({ id: 'MenuNode' });
export const menuTree = z.object({ items: z.array(menuNode) });

export const newMenu = z
  .strictObject({
    key,
    parentKey: parentKey.default(null),
    titleZh: text(60),
    titleEn: text(60),
    path: path.default(null),
    icon: icon.default(null),
    permission: permission.default(null),
    sortOrder: sortOrder.default(0),
    visible: z.boolean().default(true),
  })
  .meta({ examples: [{ key: 'handbook', titleZh: '手册', titleEn: 'Handbook', path: '/handbook' }] });
export const menuChanges = z
  .strictObject({
    parentKey: parentKey.optional(),
    titleZh: text(60).optional(),
    titleEn: text(60).optional(),
    path: path.optional(),
    icon: icon.optional(),
    permission: permission.optional(),
    sortOrder: sortOrder.optional(),
    visible: z.boolean().optional(),
  })
  .meta({ examples: [{ visible: false }] });
