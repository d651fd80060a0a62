/** What people hear of appointments, and when. */
import type { AppointmentRow } from './model.ts';
import type { ActionOptions, AppointmentParts } from './parts.ts';

type Kind = 'appointment.confirmed' | 'appointment.moved' | 'appointment.cancelled' | 'appointment.released' | 'appointment.reminder';

/** Why the system does something, as it is kept with its step, and how people are told. */
export const systemReasons: Readonly<Record<string, { zh: string; en: string }>> = {
  leave: { zh: '医生休假', en: 'the practitioner is on leave' },
  holiday: { zh: '节假日停诊', en: 'closed on this holiday' },
  closed_day: { zh: '医生临时停诊', en: 'the practitioner is away' },
  outside_hours: { zh: '出诊时间调整', en: 'the hours have changed' },
  expired: { zh: '未在规定时间内支付', en: 'it was not paid in time' },
  payment_failed: { zh: '支付失败', en: 'the payment failed' },
  not_available: { zh: '已不可预约，款项将退回', en: 'not available; paid back' },
  refunded: { zh: '已退款', en: 'it was refunded' },
  practitioner_absent: { zh: '医生未到诊', en: 'the practitioner did not come' },
};

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

/** Nobody had paid for it: its time to pay is over, or the place is gone for another reason. */
export function tellOfHold(parts: Pick<AppointmentParts, 'outbox'>, appointment: AppointmentRow, options: ActionOptions): Promise<void> {
  const unpaid = options.reason === 'expired' || options.reason === 'payment_failed';
  return tell(parts, appointment, appointment.userId, unpaid ? 'appointment.released' : 'appointment.cancelled', options);
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
