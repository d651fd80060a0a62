/** Kinds of variables in messages. */
import { z } from 'zod';
import { text } from '#src/plugins/fields.ts';

export type Locale = 'zh' | 'en';

/** Providers of text messages refuse longer values, and a long name must not cost somebody their reminder. */
const LABEL_LENGTH = 30;

/** Names and other short text; too long ones are cut. */
export const label = text(1_000).transform((value) => {
  const letters = Array.from(value.replace(/\s+/g, ' '));
  return letters.length > LABEL_LENGTH ? `${letters.slice(0, LABEL_LENGTH - 1).join('')}…` : letters.join('');
});
/** A text of several lines. */
export const prose = text(5_000);
/** A point of time; becomes date and time of day in the reader's language and the clinic's zone. */
export const moment = z.iso.datetime();
/** Yuan with two decimals, as on the wire. */
export const yuan = z.string().regex(/^\d{1,8}\.\d{2}$/);
export const code = z.string().regex(/^\d{4,8}$/);
export const minutes = z.int().min(1);
/** An address to open; other schemes could run scripts. */
export const link = z.url({ protocol: /^https?$/ });

const answers = new WeakMap<object, Readonly<Record<string, Readonly<Record<Locale, string>>>>>();

/** One of a few words, written out in the reader's language. */
export function choice<K extends string>(words: Readonly<Record<K, Readonly<Record<Locale, string>>>>) {
  const schema = z.enum(Object.keys(words) as K[]);
  answers.set(schema, words);
  return schema;
}
/** What the value of a `choice` reads as; undefined for other fields. */
export const answerText = (field: unknown, value: string, locale: Locale): string | undefined =>
  answers.get(Object(field) as object)?.[value]?.[locale];
