/** Fields that the schemas of several modules share. */
import { z } from 'zod';

// oxlint-disable-next-line no-control-regex -- naming them is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** Trimmed text of 1 to `max` characters: well-formed Unicode without control characters, so it can be stored and shown anywhere. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => value.isWellFormed() && !CONTROL.test(value), 'contains characters that are not text');

export const id = z.uuid().describe('UUIDv7');
export const time = z.iso.datetime().describe('UTC, ISO 8601');
/** Calendars reckon with these years. */
const near = (value: string): boolean => value >= '1980' && value < '2190';
export const calendarTime = time.refine(near, 'is too far away');
export const calendarDate = z.iso.date().refine(near, 'is too far away').describe('`YYYY-MM-DD`');
/** Data of an answer that says nothing but "done". */
export const nothing = z.strictObject({});

/** Query of every list. */
export const paging = z.object({
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(100).default(20),
});

/** Data of every list. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), pagination: z.object({ page: z.int(), pageSize: z.int(), total: z.int() }) });

/** Limit and offset of a page, for a query. */
export const slice = ({ page, pageSize }: z.infer<typeof paging>) => ({ limit: pageSize, offset: (page - 1) * pageSize });

/** Order of a list: the name of a column, with a minus sign the other way round. */
export const sortBy = <const C extends string>(columns: readonly C[], fallback: NoInfer<C> | `-${NoInfer<C>}`) =>
  z
    .enum([...columns, ...columns.map((column) => `-${column}` as const)] as (C | `-${C}`)[])
    .default(fallback as never)
    .describe('a minus sign: the largest or newest first');

/** What `sortBy` took, for a query; rows that are equal there go by their id, so that pages neither repeat nor miss any. */
export function orderOf(sort: string, tie: string = 'id'): [string, 'ASC' | 'DESC'][] {
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  const column = sort.replace('-', '');
  return column === tie
    ? [[tie, direction]]
    : [
        [column, direction],
        [tie, direction],
      ];
}

/** The same for lists by age, whose ids are in the order of their making. @param sort by `createdAt` */
export const ageOrder = (sort: string): [string, 'ASC' | 'DESC'][] => [['id', sort.startsWith('-') ? 'DESC' : 'ASC']];
