/** Masks personal data in text that others wrote, such as a partner's error message, before it is logged or kept. */
import { maskEmail } from '#src/crypto/masks.ts';

/** Also finds numbers inside of addresses, where `+` is written `%2B`. */
const LONG_NUMBER = /(\+86|%2B86)?(\d{7,})/gi;
const EMAIL = /[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+/g;

/** First 3 and last 4 digits of every number with 7 digits or more; first letter and domain of every mail address. */
export function scrub(text: string): string {
  return text
    .replace(EMAIL, maskEmail)
    .replace(
      LONG_NUMBER,
      (_, country: string | undefined, digits: string) => `${country ?? ''}${digits.slice(0, 3)}****${digits.slice(-4)}`,
    );
}
