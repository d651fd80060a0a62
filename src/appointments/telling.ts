/** What people hear of appointments, and when. */
import type { AppointmentRow } from './model.ts';
import type { ActionOptions, AppointmentParts } from './parts.ts';

type Kind = 'appointment.confirmed' | 'appointment.moved' | 'appointment.cancelled' | 'appointment.reminder';

/** Both sides are told of the same thing in one transaction with it. */
export async function tellBoth(
  parts: Pick<AppointmentParts, 'outbox' | 'practitioners'>,
  appointment: AppointmentRow,
  kind: Kind,
  options: ActionOptions,
): Promise<void> {
  const practitioner = await parts.practitioners.byId(appointment.practitionerId);
  for (const userId of [appointment.userId, practitioner?.userId]) if (userId) await tell(parts, appointment, userId, kind, options);
}

export function tell(
  { outbox }: Pick<AppointmentParts, 'outbox'>,
  { id }: AppointmentRow,
  userId: string,
  kind: Kind,
  { requestId }: ActionOptions,
): Promise<void> {
  const order = { userId, kind, subjectType: 'appointment', subjectId: id } as const;
  return outbox.append('notification.send', order, { aggregate: `appointment:${id}`, ...(requestId && { requestId }) });
}

/** One reminder before the start (SCH-20): planned anew when the time changes, taken back when the visit is off. */
export async function planReminder(
  { outbox, settings }: Pick<AppointmentParts, 'outbox' | 'settings'>,
  { id, startsAt }: AppointmentRow,
): Promise<void> {
  const dedupeKey = `appointment.remind:${id}`;
  await outbox.cancel(dedupeKey);
  const runAt = new Date(startsAt.getTime() - settings.get('appointments.reminderMinutes') * 60_000);
  if (runAt.getTime() > Date.now())
    await outbox.append('appointment.remind', { appointmentId: id, startsAt: startsAt.toISOString() }, { runAt, dedupeKey });
}
