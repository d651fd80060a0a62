/** Phone numbers: E.164 in code and database, as people write them on the wire. */
import parsePhoneNumber from 'libphonenumber-js/max';
import { z } from 'zod';

/** Numbers without a country's prefix are of this one. */
const HOME = 'CN';

/** Kinds that take text messages, as far as the number tells. */
const MOBILE = new Set<string | undefined>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

/** @returns E.164, for example `+8613800138000`; null when it is no mobile phone's number */
export function phoneOf(text: string): string | null {
  const parsed = /^[\d\s()+.-]{5,32}$/.test(text) ? parsePhoneNumber(text, HOME) : undefined;
  return parsed?.isValid() && MOBILE.has(parsed.getType()) ? parsed.number : null;
}

/** As people of the home country write it: without prefix. */
export const localPhone = (e164: string): string => e164.replace(/^\+86/, '');

/** A phone number in a request; E.164 afterwards. */
export const phoneInput = z
  .string()
  .max(32)
  .transform((text, context) => {
    const phone = phoneOf(text.trim());
    if (phone) return phone;
    context.addIssue({ code: 'custom', message: 'is no mobile phone number' });
    return z.NEVER;
  })
  .describe('mobile phone number; one of mainland China needs no prefix');
