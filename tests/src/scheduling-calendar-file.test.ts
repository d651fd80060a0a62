import { DateTime } from 'luxon';
import { type CalendarEntry, calendarFile } from '#src/scheduling/calendar-file.ts';

const entry: CalendarEntry = {
  appointmentId: '01a20089-7d06-73c8-978c-946fc11e3f21',
  appointmentNo: 'A20260601001',
  sequence: 0,
  cancelled: false,
  start: Date.parse('2026-06-01T01:00:00Z'),
  end: Date.parse('2026-06-01T01:30:00Z'),
  changedAt: Date.parse('2026-05-01T12:34:56Z'),
  zone: 'Asia/Shanghai',
  language: 'zh',
  service: '视频问诊',
  practitioner: '张医生',
  url: 'https://clinic.example/visits/1',
  place: null,
  alarmMinutes: 30,
  people: null,
  domain: 'clinic.example',
};

/** Logical lines of a file: folded ones joined (RFC 5545, 3.1). */
const linesOf = (fields: Partial<CalendarEntry> = {}): string[] =>
  calendarFile({ ...entry, ...fields })
    .replaceAll('\r\n ', '')
    .split('\r\n');

/** The value of a property of the event, with its parameters. */
function valueOf(lines: string[], name: string): string | undefined {
  const event = lines.slice(lines.indexOf('BEGIN:VEVENT'));
  return event.find((line) => line.startsWith(`${name}:`) || line.startsWith(`${name};`))?.slice(name.length);
}

describe('calendarFile()', () => {
  test('says who, what and when, in the zone of the reader, and reminds', () => {
    const lines = linesOf();
    expect(valueOf(lines, 'DTSTART')).toBe(';TZID=Asia/Shanghai:20260601T090000');
    expect(valueOf(lines, 'DTEND')).toBe(';TZID=Asia/Shanghai:20260601T093000');
    expect(valueOf(lines, 'DTSTAMP')).toBe(':20260501T123456Z');
    expect(valueOf(lines, 'SUMMARY')).toBe(':视频问诊（张医生）');
    expect(lines).toEqual(expect.arrayContaining(['METHOD:PUBLISH', 'STATUS:CONFIRMED', 'CLASS:PRIVATE', 'TRIGGER:-PT30M']));
    expect(lines).toEqual(expect.arrayContaining(['DESCRIPTION:预约编号：A20260601001\\n进入诊室：https://clinic.example/visits/1']));
  });

  test('speaks English and does without a reminder', () => {
    const lines = linesOf({
      language: 'en',
      service: 'Video consultation',
      practitioner: 'Dr Zhang',
      alarmMinutes: null,
      place: 'Room 3; upstairs',
    });
    expect(valueOf(lines, 'SUMMARY')).toBe(':Video consultation with Dr Zhang');
    expect(valueOf(lines, 'LOCATION')).toBe(':Room 3\\; upstairs');
    expect(lines).not.toContain('BEGIN:VALARM');
  });

  test('keeps its identity when the appointment moves, with a higher sequence number', () => {
    const moved = linesOf({ sequence: 3, start: entry.start + 3_600_000, end: entry.end + 3_600_000 });
    expect(valueOf(moved, 'UID')).toBe(valueOf(linesOf(), 'UID'));
    expect([valueOf(linesOf(), 'SEQUENCE'), valueOf(moved, 'SEQUENCE')]).toEqual([':0', ':3']);
  });

  test('cancels the same event, without a reminder and a way in', () => {
    const lines = linesOf({ cancelled: true, sequence: 4 });
    expect(valueOf(lines, 'UID')).toBe(valueOf(linesOf(), 'UID'));
    expect(lines).toEqual(expect.arrayContaining(['METHOD:CANCEL', 'STATUS:CANCELLED', 'SEQUENCE:4']));
    expect(lines).not.toContain('BEGIN:VALARM');
    expect(lines.join('\n')).not.toContain('https:');
    expect(valueOf(lines, 'DESCRIPTION')).toBe(':此预约已取消。\\n预约编号：A20260601001');
  });

  test('is an invitation when it goes from somebody to somebody', () => {
    const people = {
      organizer: { name: '问诊诊所', email: 'no-reply@clinic.example' },
      attendee: { name: '李华', email: 'li@mail.example' },
    };
    const lines = linesOf({ people });
    expect(lines).toContain('METHOD:REQUEST');
    expect(valueOf(lines, 'ORGANIZER')).toBe(';CN="问诊诊所":mailto:no-reply@clinic.example');
    expect(valueOf(lines, 'ATTENDEE')).toMatch(/CN="李华":MAILTO:li@mail\.example$/);
    expect(linesOf({ people, cancelled: true })).toContain('METHOD:CANCEL');
  });

  test('describes the zone, so that every transition near the event reads as luxon has it', () => {
    const zone = 'America/New_York';
    const start = Date.parse('2026-03-08T14:00:00Z');
    const lines = linesOf({ zone, start, end: start + 1_800_000 });
    expect(valueOf(lines, 'DTSTART')).toBe(`;TZID=${zone}:20260308T100000`);
    const block = lines.slice(lines.indexOf('BEGIN:VTIMEZONE'), lines.indexOf('END:VTIMEZONE'));
    const begins = block.flatMap((line, index) =>
      line.startsWith('DTSTART:')
        ? [{ kind: block[index - 1], wall: line.slice(8), from: block[index + 1]!.slice(13), to: block[index + 2]!.slice(11) }]
        : [],
    );
    expect(begins).toContainEqual({ kind: 'BEGIN:DAYLIGHT', wall: '20260308T020000', from: '-0500', to: '-0400' });
    expect(begins).toContainEqual({ kind: 'BEGIN:STANDARD', wall: '20261101T020000', from: '-0400', to: '-0500' });
    for (const { wall, from, to } of begins.slice(1)) {
      const instant = DateTime.fromFormat(`${wall} ${from}`, "yyyyMMdd'T'HHmmss ZZZ", { setZone: true });
      expect(DateTime.fromMillis(instant.toMillis(), { zone }).toFormat('ZZZ')).toBe(to);
      expect(DateTime.fromMillis(instant.toMillis() - 1, { zone }).toFormat('ZZZ')).toBe(from);
    }
  });

  test('describes a zone without transitions, and one that is not whole hours away', () => {
    expect(linesOf()).toEqual(expect.arrayContaining(['TZOFFSETTO:+0800']));
    expect(linesOf({ zone: 'Asia/Kathmandu' })).toEqual(expect.arrayContaining(['TZOFFSETTO:+0545']));
    expect(linesOf({ zone: 'America/St_Johns' })).toEqual(expect.arrayContaining(['TZOFFSETTO:-0330', 'TZOFFSETTO:-0230']));
  });

  test('writes UTC where a wall time would mean the wrong pass of a repeated hour', () => {
    const second = Date.parse('2026-10-25T01:30:00Z');
    const lines = linesOf({ zone: 'Europe/Berlin', start: second, end: second + 3_600_000 });
    expect([valueOf(lines, 'DTSTART'), valueOf(lines, 'DTEND')]).toEqual([':20261025T013000Z', ':20261025T023000Z']);
    const first = Date.parse('2026-10-25T00:30:00Z');
    expect(valueOf(linesOf({ zone: 'Europe/Berlin', start: first, end: first + 3_600_000 }), 'DTEND')).toBe(':20261025T013000Z');
    expect(valueOf(linesOf({ zone: 'Europe/Berlin', start: first, end: first + 900_000 }), 'DTSTART')).toBe(
      ';TZID=Europe/Berlin:20261025T023000',
    );
  });

  test('lets no name break out of its line', () => {
    const evil = 'x\r\nBEGIN:VEVENT\rATTENDEE:y\nEND:VCALENDAR"^;,';
    const people = { organizer: { name: evil, email: 'a@b.example' }, attendee: { name: evil, email: 'c@d.example' } };
    const lines = linesOf({ service: evil, practitioner: evil, place: evil, people });
    expect(lines.filter((line) => line === 'BEGIN:VEVENT')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('ATTENDEE'))).toHaveLength(1);
    expect(lines.filter((line) => line === 'END:VCALENDAR')).toHaveLength(1);
  });

  test('folds long lines at 75 octets and ends them with CRLF', () => {
    const raw = calendarFile({ ...entry, service: '视频问诊'.repeat(30) });
    expect(raw.endsWith('END:VCALENDAR\r\n')).toBe(true);
    expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of raw.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  });
});
