/**
 * What can follow a change: the topics of the outbox with their payloads. A module that needs one adds its line here and a
 * processor in `workers/processors/`. Payloads name rows by id; personal data stays in its table.
 */
import type { DeliverOrder } from '#src/messaging/deliveries.ts';
import type { NotificationOrder } from '#src/notifications/kinds.ts';
import type { DisplaceOrder } from '#src/schedules/displacing.ts';

export interface Topics {
  /** Tells somebody of something; see `src/notifications/kinds.ts`. */
  'notification.send': NotificationOrder;
  /** Takes the content of a deleted file away. */
  'file.erase': { id: string };
  /** Takes contents away that belong to no file. Sent by the clock. */
  'files.sweep': Record<string, never>;
  /** Tells the next people of an announcement. */
  'announcement.batch': { id: string };
  /** Hands one text message or mail to its provider. */
  'message.deliver': DeliverOrder;
  /** Reminds the patient of a visit that still begins then. */
  'appointment.remind': { appointmentId: string; startsAt: string };
  /** Lets a member into a room, now or when they come. */
  'visit.call': { consultationId: string; memberId: string };
  /** Ends the room of a visit that is over or was called off. */
  'visit.close': { consultationId: string };
  /** Hours have changed: moves appointments that they push aside, or calls them off. */
  'schedule.displace': DisplaceOrder;
  /** Closes an order unless it was paid. */
  'order.expire': { orderId: string };
  /** Asks a partner about a payment that is open. `step`: how often it was asked. */
  'payment.check': { paymentId: string; step: number };
  /** Stops the open payments of an order that is paid or closed. */
  'payment.stop': { orderId: string };
  /** Looks once more at what nobody paid as far as we know, and for refunds that got stuck. Sent by the clock. */
  'payments.reconcile': Record<string, never>;
  /** Gives money back through a partner, step by step. */
  'refund.execute': { refundId: string; step: number };
  /** Tidies tables that only grow. Sent by the clock. */
  'maintenance.clean': Record<string, never>;
}

export type Topic = keyof Topics;
