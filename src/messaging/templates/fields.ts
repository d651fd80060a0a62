/** Kinds of variables in messages. */
import { z } from 'zod';
import { text } from '#src/plugins/fields.ts';

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
