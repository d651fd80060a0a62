import { clinicZone, inClinicZone, toClinicTime } from '../../web/src/clinic/clock.ts';
import { relativeTime, sameClock, timeIn, zoneName } from '../../web/src/clinic/times.ts';

const SHANGHAI = 'Asia/Shanghai';
/** Tuesday, 22:00 in Shanghai. */
const NOW = Date.parse('2026-03-03T14:00:00.000Z');

describe('relativeTime()', () => {
  test.each([
    ['2026-03-03T14:00:20.000Z', 'this minute'],
    ['2026-03-03T14:45:00.000Z', 'in 45 minutes'],
    ['2026-03-03T11:30:00.000Z', '2 hours ago'],
    // 26 hours, but only the second day from now on the clinic's calendar is two days away.
    ['2026-03-04T15:59:00.000Z', 'tomorrow'],
    ['2026-03-04T16:00:00.000Z', 'in 2 days'],
    ['2026-03-02T13:00:00.000Z', 'yesterday'],
    ['2026-03-11T14:00:00.000Z', null],
  ])('%s', (at, words) => {
    expect(relativeTime(SHANGHAI, Date.parse(at), NOW, 'en')).toBe(words);
  });

  test('speaks Chinese', () => {
    expect(relativeTime(SHANGHAI, NOW + 3_600_000, NOW, 'zh-CN')).toBe('1小时后');
  });
});

describe('timeIn()', () => {
  test('shows the clinic’s day and clock', () => {
    expect(timeIn(SHANGHAI, Date.parse('2026-03-03T16:30:00.000Z'), NOW, 'en', 'minute')).toBe('Wed, Mar 4, 00:30');
    expect(timeIn(SHANGHAI, Date.parse('2026-03-03T16:30:00.000Z'), NOW, 'zh-CN', 'day')).toBe('3月4日');
  });

  test('names the year when it is another', () => {
    expect(timeIn(SHANGHAI, Date.parse('2025-12-31T15:59:00.000Z'), NOW, 'en', 'day')).toBe('Dec 31, 2025');
    expect(timeIn(SHANGHAI, Date.parse('2025-12-31T16:00:00.000Z'), NOW, 'en', 'day')).toBe('Jan 1');
  });
});

test('sameClock() compares what clocks show, not names', () => {
  expect(sameClock(SHANGHAI, 'Asia/Singapore', NOW)).toBe(true);
  expect(sameClock(SHANGHAI, 'Europe/Berlin', NOW)).toBe(false);
  expect(zoneName(SHANGHAI, NOW, 'en')).toBe('GMT+8');
});

describe('toClinicTime() and inClinicZone()', () => {
  afterEach(() => clinicZone.set(SHANGHAI));

  test.each([
    [SHANGHAI, '2026-03-03T22:00', '2026-03-03T14:00:00.000Z'],
    ['America/New_York', '2026-03-08T01:59', '2026-03-08T06:59:00.000Z'],
    ['America/New_York', '2026-03-08T03:00', '2026-03-08T07:00:00.000Z'],
    ['Asia/Kolkata', '2026-03-03T19:30', '2026-03-03T14:00:00.000Z'],
  ])('%s %s', (zone, local, utc) => {
    clinicZone.set(zone);
    expect(new Date(inClinicZone(local)).toISOString()).toBe(utc);
    expect(toClinicTime(Date.parse(utc))).toBe(local);
  });
});
