/** What booking needs of the practitioners' schedules. */
import type { Calendar } from '#src/scheduling/calendar.ts';
import type { BookingLimits } from '#src/scheduling/slot-state.ts';

export interface ScheduleReader {
  /** When a practitioner is there, from memory. `enabled` is false in its rules for one who cannot be booked. */
  calendarOf(practitionerId: string): Promise<Calendar>;
  /** How early and how late one may book. */
  limits(): BookingLimits;
}
