import { z } from 'zod';
import { clientTypes } from '#src/auth/model.ts';
import { newPassword } from '#src/auth/passwords.ts';
import { phoneInput } from '#src/auth/phones.ts';
import { id, listOf, paging, text, time } from '#src/plugins/fields.ts';
import { locales, membershipLevels, searchForm, userStates } from './model.ts';

const userRole = z.string().describe('key of a role');
const roleKeys = z.array(z.string().min(1).max(40)).max(20);
const state = z.enum(userStates).describe('only active people may sign in');
const membership = z.enum(membershipLevels);
const locale = z.enum(locales);
const instant = z.iso.datetime({ offset: true });
export const userParams = z.object({ id });

/** A name to sign in with (IDN-01): letters, digits and `._@-`, not a number alone, which would be a phone's or an employee's. */
export const accountName = text(64)
  .transform((account) => account.normalize('NFKC').toLowerCase())
  .refine((account) => /^[\p{L}\p{N}][\p{L}\p{N}._@-]{2,63}$/u.test(account) && /\p{L}/u.test(account), 'is no account name')
  .describe('3 to 64 letters, digits or . _ @ -, with a letter');
const staffNo = text(32)
  .transform((value) => value.toLowerCase())
  .refine((value) => /^[a-z0-9-]{2,32}$/.test(value), 'is no staff number');
const email = z.email().max(254);
const healthTags = z
  .array(text(40))
  .max(30)
  .transform((tags) => [...new Set(tags)]);

/** What tokens and sessions show of somebody. */
export const userView = z.object({ id: z.string(), name: z.string(), roles: z.array(userRole) });

const userSorts = ['createdAt', '-createdAt', 'name', '-name', 'lastLoginAt', '-lastLoginAt'] as const;

/** Filters of the list and of the export. */
const filters = {
  keyword: text(100)
    .refine((keyword) => searchForm(keyword) !== '', 'holds nothing to search for')
    .optional()
    .describe('part of the name; beginning of the account or staff number; a whole phone number or mail address'),
  role: z.string().max(40).optional(),
  status: state.optional(),
  membership: membership.optional(),
  tag: id.optional(),
  locked: z.enum(['true', 'false']).optional(),
  createdFrom: instant.optional(),
  createdTo: instant.optional(),
};
export const exportQuery = z.object(filters);
export const userQuery = paging.extend({ ...filters, sort: z.enum(userSorts).optional() });

const tagView = z.object({ id: z.string(), name: z.string(), color: z.string().nullable() });
export const tagList = z.object({ items: z.array(tagView.extend({ users: z.int() })) });
export const tagParams = z.object({ id });
const color = z.string().regex(/^#[0-9a-f]{6}$/i);
export const newTag = z.strictObject({ name: text(40), color: color.optional() }).meta({ examples: [{ name: 'VIP', color: '#d4380d' }] });
export const tagChanges = z
  .strictObject({ name: text(40).optional(), color: color.nullable().optional() })
  .meta({ examples: [{ name: 'VIP' }] });
export const tag = tagView;
export const tagsOfUser = z.object({ tags: z.array(tagView) });
export const tagging = z
  .strictObject({ tagIds: z.array(id).max(50) })
  .meta({ examples: [{ tagIds: ['01a20089-7d06-73c8-978c-946fc11e3f21'] }] });

export const briefView = userView.pick({ id: true, name: true });
const maskedPhone = z.string().nullable().describe('masked unless the caller holds `users:unmask`');
export const listedUser = z.object({
  ...userView.shape,
  account: z.string().nullable(),
  staffNo: z.string().nullable(),
  phone: maskedPhone,
  email: z.string().nullable().describe('masked likewise'),
  avatar: z.string().nullable(),
  status: state,
  membershipLevel: membership,
  tags: z.array(tagView),
  lockedUntil: time.nullable(),
  lockReason: z.enum(['attempts', 'administrator']).nullable(),
  lastLoginAt: time.nullable(),
  createdAt: time,
});
/** Those who may only look people up are shown names. */
export const userList = listOf(z.union([listedUser, briefView]));
export const userDetail = listedUser.extend({
  locale,
  healthTags: z.array(z.string()),
  passwordChangedAt: time.nullable(),
  updatedAt: time,
  sessions: z.int().describe('that go on'),
  following: z.int(),
  followers: z.int(),
  figures: z.record(z.string(), z.int()).describe('how many there are of this person: logins, visits and so on'),
});

export const newUser = z
  .strictObject({
    name: text(100),
    account: accountName.optional(),
    phone: phoneInput.optional(),
    email: email.optional(),
    staffNo: staffNo.optional(),
    password: newPassword.optional(),
    roles: roleKeys.min(1),
    status: state.default('active'),
    membershipLevel: membership.default('basic'),
    locale: locale.default('zh'),
  })
  .refine(({ account, phone, staffNo: number }) => account ?? phone ?? number, 'needs an account, a phone or a staff number')
  .meta({ examples: [{ name: '李药师', account: 'li-yao', password: 'correct horse 9', roles: ['pharmacist'] }] });

const ownFields = {
  name: text(100).optional(),
  email: email.nullable().optional(),
  locale: locale.optional(),
};
export const profileChanges = z
  .strictObject({ ...ownFields, healthTags: healthTags.optional(), avatarFileId: id.nullable().optional() })
  .meta({ examples: [{ name: '王敏', healthTags: ['高血压'] }] });
/** The owner may send the first three only. */
export const userChanges = z
  .strictObject({
    ...ownFields,
    account: accountName.nullable().optional(),
    phone: phoneInput.nullable().optional(),
    staffNo: staffNo.nullable().optional(),
    membershipLevel: membership.optional(),
    status: state.optional(),
    roles: roleKeys.min(1).optional(),
  })
  .meta({ examples: [{ membershipLevel: 'premium' }] });

export const profile = z.object({
  ...userView.shape,
  account: z.string().nullable(),
  phone: z.string().nullable(),
  email: z.string().nullable(),
  avatar: z.string().nullable(),
  locale,
  membershipLevel: membership,
  healthTags: z.array(z.string()),
  permissions: z.array(z.string()),
  hasPassword: z.boolean(),
  createdAt: time,
});
export const stateChange = z.strictObject({ status: state }).meta({ examples: [{ status: 'suspended' }] });
export const lock = z
  .strictObject({ until: instant.nullable().default(null).describe('null: until somebody unlocks it') })
  .meta({ examples: [{ until: null }] });
export const membershipChange = z.strictObject({ level: membership }).meta({ examples: [{ level: 'premium' }] });
export const passwordSetting = z.strictObject({ password: newPassword }).meta({ examples: [{ password: 'a new password 1' }] });
export const roleSetting = z.strictObject({ roles: roleKeys.min(1) }).meta({ examples: [{ roles: ['doctor'] }] });
export const roleSet = z.object({ roles: z.array(userRole) });

export const removal = z
  .strictObject({ ids: z.array(id).min(1).max(100) })
  .meta({ examples: [{ ids: ['01a20089-7d06-73c8-978c-946fc11e3f21'] }] });
export const removed = z.object({
  results: z.array(z.object({ id: z.string(), deleted: z.boolean(), error: z.string().nullable().describe('code of the error') })),
});
export const ended = z.object({ ended: z.int().describe('sessions') });

export const periodQuery = z.object({ from: instant.optional(), to: instant.optional() }).describe('default: the last 30 days');
export const behavior = z.object({
  from: time,
  to: time,
  counts: z.record(z.string(), z.int()),
  before: z.record(z.string(), z.int()).describe('the same for as long a time before'),
  lastLoginAt: time.nullable(),
  clients: z.array(z.object({ clientType: z.enum(clientTypes), sessions: z.int() })).describe('sessions begun in the period'),
});

export const followList = listOf(briefView.extend({ since: time, mutual: z.boolean() }));
export const followState = z.object({ following: z.boolean(), followedBy: z.boolean() });
export const followQuery = paging.extend({ userId: id.optional().describe('only this person: whether they are in the list') });
