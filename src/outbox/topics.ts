/**
 * What can follow a change: the topics of the outbox with their payloads, which are checked before a processor sees them. A module that
 * needs one adds its line here and a processor in `workers/processors/`. Payloads name rows by id; personal data stays in its table.
 */
import { z } from 'zod';
import type { DeliverOrder } from '#src/messaging/deliveries.ts';
import { notificationKindNames, type NotificationOrder, subjectTypes } from '#src/notifications/kinds.ts';
import type { DisplaceOrder } from '#src/schedules/displacing.ts';

const id = z.string().min(1).max(64);
const step = z.int().min(0);
const time = z.iso.datetime();
const nothing = z.strictObject({});

export const topics = {
  /** Tells somebody of something; see `src/notifications/kinds.ts`. */
  'notification.send': z.strictObject({
    ...{ userId: id, subjectId: id },
    ...{ kind: z.enum(notificationKindNames), subjectType: z.enum(subjectTypes) },
  }) satisfies z.ZodType<NotificationOrder>,
  /** Takes the content of a deleted file away. */
  'file.erase': z.strictObject({ id }),
  /** Takes contents away that belong to no file. Sent by the clock. */
  'files.sweep': nothing,
  /** Tells the next people of an announcement. */
  'announcement.batch': z.strictObject({ id }),
  /** Hands one text message or mail to its provider. */
  'message.deliver': z.strictObject({ id, until: time }) satisfies z.ZodType<DeliverOrder>,
  /** Reminds the patient of a visit that still begins then. */
  'appointment.remind': z.strictObject({ appointmentId: id, startsAt: time }),
  /** Lets a member into a room, now or when they come. */
  'visit.call': z.strictObject({ consultationId: id, memberId: id }),
  /** Ends the room of a visit that is over or was called off. */
  'visit.close': z.strictObject({ consultationId: id }),
  /** Hours have changed: moves appointments that they push aside, or calls them off. */
  'schedule.displace': z.strictObject({ practitionerId: id.nullable(), from: time, until: time }) satisfies z.ZodType<DisplaceOrder>,
  /** Closes an order unless it was paid. */
  'order.expire': z.strictObject({ orderId: id }),
  /** Asks a partner about a payment that is open. `step`: how often it was asked. */
  'payment.check': z.strictObject({ paymentId: id, step }),
  /** Stops the open payments of an order that is paid or closed. */
  'payment.stop': z.strictObject({ orderId: id }),
  /** Looks once more at what nobody paid as far as we know, and for refunds that got stuck. Sent by the clock. */
  'payments.reconcile': nothing,
  /** Gives money back through a partner, step by step. */
  'refund.execute': z.strictObject({ refundId: id, step }),
  /** Makes the film of a recording that is over. */
  'recording.compose': z.strictObject({ id }),
  /** Ends recordings that their rooms left open, and takes away what none of them names. Sent by the clock. */
  'recordings.sweep': nothing,
  /** Makes the copy of somebody's data. */
  'privacy.export': z.strictObject({ requestId: id }),
  /** Erases somebody who has asked for it. */
  'privacy.erase': z.strictObject({ requestId: id }),
  /** Deletes what has been kept long enough. Sent by the clock. */
  'privacy.retain': nothing,
  /** Mends what is kept twice and does not agree, and tells what a person has to look at. Sent by the clock. */
  'integrity.check': nothing,
  /** Tidies tables that only grow. Sent by the clock. */
  'maintenance.clean': nothing,
} as const;

export type Topics = { [T in keyof typeof topics]: z.infer<(typeof topics)[T]> };
export type Topic = keyof Topics;
