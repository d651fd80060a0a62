/** Reminds a patient of a visit. */
import type { Appointments } from '#src/appointments/service.ts';
import { inTransaction } from '../processor.ts';

export const remindProcessor = (appointments: Appointments) =>
  inTransaction<'appointment.remind'>(({ payload }) => appointments.system.remind(payload.appointmentId, payload.startsAt));
