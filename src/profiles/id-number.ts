/**
 * Chinese ID numbers (居民身份证号, GB 11643): 15 digits, or 18 with the MOD 11-2 check character. Both forms of one number name the
 * same person.
 */
import IdValidator from 'id-validator';
import { DateTime } from 'luxon';

export interface IdNumber {
  /** As given, with a capital X. */
  readonly number: string;
  /** Area, full date of birth and order: equal for both forms of one number. */
  readonly body: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly sex: 'male' | 'female';
}

const FORM = /^(\d{15}|\d{17}[\dXx])$/;
/** Nobody living was born before. 15 digits always mean the 20th century. */
const EARLIEST = '1900-01-01';

/** @returns undefined unless the number has the right form, check character and a date of birth that has been */
export function parseIdNumber(text: string, today = DateTime.utc().plus({ hours: 14 })): IdNumber | undefined {
  if (!FORM.test(text)) return undefined;
  const number = text.toUpperCase();
  // A validator of its own for each number: it would keep every one it has seen.
  if (!new IdValidator().isValid(number)) return undefined;
  const body = number.length === 15 ? `${number.slice(0, 6)}19${number.slice(6)}` : number.slice(0, 17);
  const birth = DateTime.fromFormat(body.slice(6, 14), 'yyyyMMdd', { zone: 'utc' });
  const birthDate = birth.toISODate();
  if (!birthDate || birthDate < EARLIEST || birth > today) return undefined;
  return { number, body, birthDate, sex: Number(body.at(-1)) % 2 === 1 ? 'male' : 'female' };
}
