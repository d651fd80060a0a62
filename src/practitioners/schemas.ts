import { z } from 'zod';
import { yuan, yuanInput } from '#src/money.ts';
import { id, listOf, paging, text, time } from '#src/plugins/fields.ts';

export const practitionerParams = z.object({ id });
export const userParams = z.object({ userId: id });
export const photoParams = z.object({ id, photoId: id });

const kind = z.enum(['doctor', 'counselor']);
const reviewState = z.enum(['draft', 'submitted', 'approved', 'rejected']);
const photoKind = z.enum(['avatar', 'licence', 'id_card', 'other']);

export const qualification = z.strictObject({
  name: text(100).describe('for example 执业医师资格证'),
  number: text(60).nullable().default(null).describe('shown to the owner and to reviewers only'),
  issuer: text(100).nullable().default(null),
  issuedOn: z.iso.date().nullable().default(null),
});
export type Qualification = z.infer<typeof qualification>;
export const qualifications = z.array(qualification).max(20);

const fields = {
  name: text(100),
  title: text(60).nullable(),
  departmentId: id.nullable(),
  introduction: text(5_000).nullable(),
  specialities: z
    .array(text(60))
    .max(20)
    .refine((list) => new Set(list).size === list.length, 'names one twice')
    .describe('tags of what the practitioner is good at (专长标签)'),
  qualifications,
  price: yuanInput.nullable().describe('yuan, two decimals; of one visit, for showing'),
};
const example = {
  kind: 'doctor',
  name: '林小满',
  title: '主任医师',
  departmentId: '01a20089-7d06-73c8-978c-946fc11e3f21',
  introduction: '从事中医内科临床二十年。',
  specialities: ['失眠', '高血压'],
  qualifications: [{ name: '执业医师资格证', number: '110310000123456', issuer: '国家卫生健康委员会', issuedOn: '2006-05-01' }],
  price: 299,
};

export const newPractitioner = z
  .strictObject({
    kind,
    name: fields.name,
    title: fields.title.default(null),
    departmentId: fields.departmentId.default(null),
    introduction: fields.introduction.default(null),
    specialities: fields.specialities.default([]),
    qualifications: fields.qualifications.default([]),
    price: fields.price.default(null),
    userId: id.optional().describe('somebody else, by an administrator; default: the caller'),
  })
  .meta({ examples: [example] });

export const practitionerChanges = z
  .strictObject({ ...fields, kind })
  .partial()
  .extend({ version: z.int().optional().describe('refuses the change when the profile has another version by now') })
  .meta({ examples: [{ introduction: '擅长失眠与高血压的中医调理。', price: 259.5 }] });

const filters = paging.extend({
  keyword: text(100).optional().describe('part of name, title or speciality'),
  departmentId: id.optional(),
  kind: kind.optional(),
  speciality: text(60).optional(),
});

/** Longest time in which a free one is looked for, in milliseconds. */
const MAX_SEARCH = 31 * 86_400_000;

function within(longest: number, from: string | undefined, to: string | undefined): boolean {
  if (from === undefined || to === undefined) return true;
  const length = Date.parse(to) - Date.parse(from);
  return length > 0 && length <= longest;
}

export const practitionerQuery = filters
  .extend({
    minPrice: z.coerce.number().min(0).optional().describe('yuan'),
    maxPrice: z.coerce.number().min(0).optional().describe('yuan'),
    availableFrom: time.optional().describe('with `availableTo`: only those with a free time between the two'),
    availableTo: time.optional(),
    sort: z.enum(['name', 'price', '-price', '-createdAt']).default('name').describe('a minus sign: largest or newest first'),
  })
  .refine(({ availableFrom, availableTo }) => (availableFrom === undefined) === (availableTo === undefined), {
    path: ['availableTo'],
    message: 'availableFrom and availableTo go together',
  })
  .refine(({ availableFrom, availableTo }) => within(MAX_SEARCH, availableFrom, availableTo), {
    path: ['availableTo'],
    message: 'must be after availableFrom and within 31 days of it',
  });

export const allPractitionersQuery = filters.extend({
  reviewState: reviewState.optional(),
  enabled: z.enum(['true', 'false']).optional(),
  sort: z.enum(['name', 'createdAt', '-createdAt', '-updatedAt']).default('-updatedAt'),
});

const department = z.object({ id: z.string(), code: z.string(), name: z.string() });
const openQualification = z.object({
  name: z.string(),
  issuer: z.string().nullable(),
  issuedOn: z.string().nullable(),
});

/** What everybody sees. */
export const practitionerView = z.object({
  id: z.string(),
  userId: z.string(),
  kind,
  name: z.string(),
  title: z.string().nullable(),
  department: department.nullable(),
  introduction: z.string().nullable(),
  specialities: z.array(z.string()),
  qualifications: z.array(openQualification),
  price: yuan.nullable(),
  avatarUrl: z.string().nullable(),
  bookable: z.boolean().describe('enabled, approved, and so is the department'),
});
export const practitionerList = listOf(practitionerView);

export const photoView = z.object({ id: z.string(), kind: photoKind, fileId: z.string(), createdAt: z.string() });
export const photoList = z.object({ items: z.array(photoView) });
export const newPhoto = z
  .strictObject({ kind: photoKind, fileId: id })
  .meta({ examples: [{ kind: 'licence', fileId: '01a20089-7d06-73c8-978c-946fc11e3f21' }] });

/** What the owner, reviewers and administrators see. */
export const fullPractitionerView = practitionerView.extend({
  qualifications,
  photos: z.array(photoView),
  enabled: z.boolean(),
  reviewState,
  version: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export const fullPractitionerList = listOf(fullPractitionerView);

export const approval = z.strictObject({ version: z.int().describe('what was looked at') }).meta({ examples: [{ version: 3 }] });
export const rejection = approval.extend({ reason: text(500) }).meta({ examples: [{ version: 3, reason: '执业证照片不清晰' }] });
export const reviewHistory = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      from: reviewState,
      to: reviewState,
      actor: z.object({ id: z.string(), name: z.string() }),
      reason: z.string().nullable(),
      at: z.string(),
    }),
  ),
});

export const specialityList = z.object({ items: z.array(z.object({ speciality: z.string(), practitioners: z.int() })) });

export const recommendationQuery = z.object({
  complaint: text(500).optional().describe('in one’s own words; default: only tags and history count'),
  kind: kind.optional(),
  limit: z.coerce.number().int().min(1).max(20).default(5),
});
export const recommendations = z.object({
  items: z.array(
    z.object({
      practitioner: practitionerView,
      score: z.number(),
      reasons: z.array(
        z.object({
          kind: z.enum(['complaint', 'tag', 'history']),
          matched: z.string().describe('word of the complaint, tag, or number of earlier visits'),
          by: z.string().nullable().describe('speciality or department that it fits'),
        }),
      ),
    }),
  ),
});
