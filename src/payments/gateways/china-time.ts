/** Partners write times of day of Asia/Shanghai, with and without saying so. */
import { DateTime } from 'luxon';

const zone = 'Asia/Shanghai';

/** Alipay, and refunds of WeChat: `2026-03-01 09:30:00`. */
export const PLAIN_TIME = 'yyyy-MM-dd HH:mm:ss';
/** WeChat's XML form: `20260301093000`. */
export const COMPACT_TIME = 'yyyyMMddHHmmss';
/** WeChat's JSON form: `2026-03-01T09:30:00+08:00`. */
export const ZONED_TIME = "yyyy-MM-dd'T'HH:mm:ssZZ";

export const chinaTime = (date: Date, format: string): string => DateTime.fromJSDate(date, { zone }).toFormat(format);

/** @returns null for no text and for one that is no time of this format */
export function fromChinaTime(text: string | undefined, format: string): Date | null {
  if (!text) return null;
  const time = DateTime.fromFormat(text, format, { zone });
  return time.isValid ? time.toJSDate() : null;
}

/** @param text ISO 8601 with an offset */
export function fromIsoTime(text: string | undefined): Date | null {
  const time = text ? DateTime.fromISO(text) : null;
  return time?.isValid ? time.toJSDate() : null;
}
