/** What booking needs of other modules. */
import type { Calendar } from '#src/scheduling/calendar.ts';
import type { CellRange } from '#src/scheduling/cells.ts';
import type { BookingLimits } from '#src/scheduling/slot-state.ts';

export interface ScheduleReader {
  /** When a practitioner is there, from memory. `enabled` is false in its rules for one who cannot be booked. */
  calendarOf(practitionerId: string): Promise<Calendar>;
  /** How early and how late one may book. */
  limits(): BookingLimits;
}

/** What booking needs of the payments of a hold that ran out. */
export interface UnpaidOrders {
  /** Whether a partner may be taking money for it just now. */
  hasOpen(orderId: string): Promise<boolean>;
  /** Has partners take no more money for it; one that was paid is paid afterwards. Not in a transaction. @throws {PartnerError} */
  stopAll(orderId: string, tries: number): Promise<void>;
}

/** What booking needs of the tasks that practitioners are sent to. */
export interface StaffTasks {
  /** Whether a practitioner is sent somewhere in these cells, for something else than this appointment. */
  sentAway(practitionerId: string, cells: CellRange, appointmentId: string): Promise<boolean>;
}
