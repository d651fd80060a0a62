/** What else keeps staff busy: a practitioner's appointments and leave. */
import { takenOfMany } from '#src/appointments/taken.ts';
import type { Database } from '#src/database/database.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import { cellRangeOf } from '#src/scheduling/cells.ts';
import { touching } from '#src/scheduling/windows.ts';
import { holdClaims } from '#src/schedules/state.ts';
import type { Schedules } from '#src/schedules/reader.ts';
import type { OtherWork } from './service.ts';

export function createOtherWork(
  database: Database,
  practitioners: Pick<PractitionerLookup, 'byUser'>,
  schedules: Pick<Schedules, 'calendarOf'>,
): OtherWork {
  const { models } = database;

  return {
    // Bookings look at tasks once they hold the same row, see `createStaffTasks`.
    async during(staffId, from, until, appointmentId) {
      const practitioner = await practitioners.byUser(staffId);
      if (!practitioner) return [];
      const { id } = practitioner;
      const [start, end] = [from.getTime(), until.getTime()];
      await holdClaims(database, id);
      const { closures } = await schedules.calendarOf(id);
      const away = touching(closures, start, end).some(({ code }) => code === 'leave');
      const own = appointmentId && (await models.appointments.findOne({ where: { id: appointmentId, practitionerId: id } }));
      const taken = own ? undefined : (await takenOfMany(database, [id], cellRangeOf(start, end))).get(id);
      const busy = taken !== undefined && taken.claims.length > 0;
      return [...(busy ? [{ kind: 'appointment' as const }] : []), ...(away ? [{ kind: 'leave' as const }] : [])];
    },
  };
}
