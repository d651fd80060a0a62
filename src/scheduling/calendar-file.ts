/** The iCalendar file of an appointment, to download or to send with a mail. */
import ical, { ICalAlarmType, ICalAttendeeStatus, ICalCalendarMethod, ICalEventClass, ICalEventStatus } from 'ical-generator';
import { DateTime } from 'luxon';
import { calendarText, type Language } from './calendar-text.ts';
import { vtimezone } from './vtimezone.ts';
import { instantsOf, wallAt } from './zones.ts';

interface Address {
  name: string;
  email: string;
}

export interface CalendarEntry {
  appointmentId: string;
  appointmentNo: string;
  /** Grows with every change that the calendar has to take over: move, cancellation. */
  sequence: number;
  cancelled: boolean;
  /** instants in ms */
  start: number;
  end: number;
  changedAt: number;
  /** IANA zone in which the reader's calendar shows the times */
  zone: string;
  language: Language;
  service: string;
  practitioner: string;
  /** page of the room */
  url: string | null;
  place: string | null;
  /** Reminder this long before; null: none. */
  alarmMinutes: number | null;
  /** Both or none: with them the file is an invitation, which calendars update by themselves. */
  people: { organizer: Address; attendee: Address } | null;
  /** Host name of the clinic, part of the stable identity of the event. */
  domain: string;
}

function methodOf({ cancelled, people }: CalendarEntry): ICalCalendarMethod {
  if (cancelled) return ICalCalendarMethod.CANCEL;
  return people ? ICalCalendarMethod.REQUEST : ICalCalendarMethod.PUBLISH;
}

/** A wall time of a repeated hour means its first pass (RFC 5545, 3.3.5), so one of the second is written in UTC. */
function zoneOf({ zone, start, end }: CalendarEntry): string {
  return [start, end].every((instant) => instantsOf(zone, wallAt(zone, instant))[0] === instant) ? zone : 'UTC';
}

/**
 * Text of a `.ics` file (RFC 5545, lines end in CRLF). The same appointment keeps its UID: a file with a higher sequence
 * number moves or cancels the event in the reader's calendar.
 */
export function calendarFile(entry: CalendarEntry): string {
  const { start, end, people, cancelled, alarmMinutes } = entry;
  const text = calendarText[entry.language];
  const url = cancelled ? null : entry.url;
  const zone = zoneOf(entry);
  const calendar = ical({
    prodId: { company: 'wenzhen', product: 'appointments', language: entry.language },
    method: methodOf(entry),
    // Without a name: with one the library would write DTSTAMP in that zone, where the standard wants UTC.
    timezone: { name: null, generator: (name) => vtimezone(name, start) },
  });
  const event = calendar.createEvent({
    id: `${entry.appointmentId}@${entry.domain}`,
    sequence: entry.sequence,
    stamp: new Date(entry.changedAt),
    lastModified: new Date(entry.changedAt),
    // luxon's times, because the library writes a Date in the server's zone as soon as there is one.
    start: DateTime.fromMillis(start, { zone }),
    end: DateTime.fromMillis(end, { zone }),
    timezone: zone,
    summary: text.summary(entry),
    description: [...(cancelled ? [text.cancelled] : []), ...text.details({ ...entry, url })].join('\n'),
    location: entry.place ?? url,
    url,
    status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    class: ICalEventClass.PRIVATE,
  });
  if (people) {
    event.organizer(people.organizer);
    event.createAttendee({ ...people.attendee, rsvp: false, status: ICalAttendeeStatus.ACCEPTED });
  }
  if (alarmMinutes !== null && !cancelled) {
    event.createAlarm({ type: ICalAlarmType.display, trigger: alarmMinutes * 60, description: text.alarm(entry) });
  }
  return `${calendar.toString()}\r\n`;
}
