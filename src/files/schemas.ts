import { z } from 'zod';
import { errors, type ErrorCode } from '#src/errors.ts';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { accessRules, categoryNames, fileKinds, fileStates, uploadCategories } from './categories.ts';

const category = z.enum(categoryNames);
const kind = z.enum(fileKinds);
const access = z.enum(accessRules);
const state = z.enum(fileStates);

export const fileParams = z.object({ id });
export const fileView = z.object({
  id: z.string(),
  ownerId: z.string().nullable().describe('null: made by the system'),
  category,
  kind,
  access,
  accessRole: z.string().nullable(),
  downloadsLeft: z.int().nullable().describe('how often it may still be downloaded; null: without a limit'),
  name: z.string(),
  mime: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  state: state.describe('`withheld`: taken out of use by the clinic; `deleted`: the content is gone, or soon will be'),
  deletedAt: z.string().nullable(),
  createdAt: z.string(),
});
export const fileWithUrl = fileView.extend({ url: z.string().describe('path of the content; signed, good for ten minutes') });

const role = text(40).optional().describe('key of the role, with access `role`');
const goesWithRole = ({ access: rule, role: key }: { access?: string | undefined; role?: string | undefined }) =>
  (rule === 'role') === (key !== undefined);
const roleIssue = { path: ['role'], message: 'goes with access `role`' };

export const uploadQuery = z
  .object({
    category: z.enum(uploadCategories),
    access: access.optional().describe('default: that of the category'),
    role,
  })
  .refine(goesWithRole, roleIssue);
export const uploadResult = z.object({
  items: z
    .array(
      z.discriminatedUnion('ok', [
        z.object({ ok: z.literal(true), name: z.string().describe('as it was sent'), file: fileWithUrl }),
        z.object({
          ok: z.literal(false),
          name: z.string(),
          error: z.object({ code: z.enum(Object.keys(errors) as [ErrorCode, ...ErrorCode[]]), message: z.string() }),
        }),
      ]),
    )
    .describe('one for each file, in the order in which they were sent'),
});

export const fileQuery = paging.extend({
  sort: sortBy(['createdAt', 'bytes'], '-createdAt'),
  state: state.default('active'),
  category: category.optional(),
  kind: kind.optional(),
  ownerId: id.optional().describe('somebody else, for `files:manage`'),
});
export const fileList = listOf(fileView);
export const fileChange = z
  .strictObject({
    name: text(150).optional(),
    downloads: z
      .int()
      .min(0)
      .max(1_000_000)
      .nullable()
      .optional()
      .describe('how often it may be downloaded from now on; null: without a limit'),
    access: access.optional().describe('who may read it from now on'),
    role,
    category: z.enum(uploadCategories).optional().describe('another purpose, for `files:manage`; of those that are kept encrypted'),
  })
  .refine(goesWithRole, roleIssue)
  .meta({ examples: [{ name: '血常规 2026-03-05' }] });

export const usage = z.object({ bytes: z.int(), files: z.int(), quota: z.int().describe('bytes that the caller may keep') });
export const fileStatistics = z.object({
  items: z.array(z.object({ category, kind, files: z.int(), bytes: z.int() })).describe('of files that are in use'),
  states: z.array(z.object({ state, files: z.int(), bytes: z.int() })).describe('of all files'),
});
export const fileCategories = z.object({
  items: z.array(
    z.object({
      category,
      kinds: z.array(z.object({ kind, maxBytes: z.int().describe('of one file') })),
      access: access.describe('who may read its files, unless they say otherwise'),
      encrypted: z.boolean().describe('whether its contents are kept encrypted'),
      uploadable: z.boolean().describe('false: only the server makes such files'),
      maxEdge: z.int().nullable().describe('larger images are made smaller, in pixels; null: they are kept as they are'),
    }),
  ),
});
export const fileStateChange = z.strictObject({ state: z.enum(['active', 'withheld']) }).meta({ examples: [{ state: 'withheld' }] });

export const contentQuery = z.object({
  expires: z.coerce.number().int().min(0).optional(),
  signature: z.string().max(64).optional(),
});
