/** What schedules need of the appointments that stand on them. */
import type { Booked } from '#src/scheduling/displacement.ts';

/** An appointment that a change of hours may push aside. */
export interface AffectedAppointment extends Omit<Booked, 'group'> {
  /** A place that is held while it is paid for is given up rather than moved. */
  confirmed: boolean;
  /** It has one of several places; otherwise it is alone, or the first of a group. */
  seat: number;
}

/** All of these act for nobody in particular: the system. */
export interface AffectedAppointments {
  /** Pending and confirmed ones of a practitioner that touch a period, in order of their start. */
  list(practitionerId: string, from: Date, until: Date): Promise<AffectedAppointment[]>;
  /** Practitioners who have such ones. */
  practitionersWith(from: Date, until: Date): Promise<string[]>;
  /** When patients (see `patientId` of `list`) are at other appointments, as instants in ms. */
  busy(patientId: string, from: Date, until: Date, except: string): Promise<{ start: number; end: number }[]>;
  /** With every check of a booking, and both sides told. @throws {ApiError} when it cannot be moved there */
  move(id: string, startsAt: Date, reason: string): Promise<void>;
  /** Frees the place, pays back what was paid, and tells both sides. @throws {ApiError} `wrong_state` */
  cancel(id: string, reason: string): Promise<void>;
  /** Starts and states of a practitioner's appointments that begin in a period. */
  starts(practitionerId: string, from: Date, until: Date): Promise<{ startsAt: Date; status: string }[]>;
}
