/**
 * Everything that people are told of. A new kind is a line here, a line in `src/messaging/templates/catalogue.ts` unless it shares a
 * template, and that template's words in `zh.ts` and `en.ts` beside it. The module that owns the subject gives the reader:
 * `notifications.describe('appointment', async (id) => …)`.
 */
import type { TemplateName } from '#src/messaging/templates/catalogue.ts';

/** `security`: sent whatever the person has switched off. `marketing`: only after the person agreed. */
export const notificationClasses = ['security', 'service', 'marketing'] as const;
export type NotificationClass = (typeof notificationClasses)[number];

/** Parts of `service` that people choose about one by one. */
export const notificationTypes = ['appointment', 'order', 'prescription', 'review', 'work', 'announcement'] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** Ways to reach somebody: the list in the page, text message, mail. */
export const channels = ['app', 'sms', 'email'] as const;
export type Channel = (typeof channels)[number];

interface Declaration {
  readonly class: NotificationClass;
  /** Without one it goes with its class alone. */
  readonly type?: NotificationType;
  /** Where it goes unless the person wants it otherwise; in the page it always shows up. */
  readonly channels: readonly Exclude<Channel, 'app'>[];
  /** Its words. */
  readonly template: TemplateName;
  /** What it is about: the type of the subject, whose reader gives the template's variables. */
  readonly subject: string;
}

export const notificationKinds = {
  'session.new_device': { class: 'security', channels: ['sms', 'email'], template: 'new_device_login', subject: 'session' },
  'account.locked': { class: 'security', channels: ['sms', 'email'], template: 'account_locked', subject: 'user' },

  'appointment.confirmed': {
    class: 'service',
    type: 'appointment',
    channels: ['sms', 'email'],
    template: 'appointment_confirmed',
    subject: 'appointment',
  },
  'appointment.moved': {
    class: 'service',
    type: 'appointment',
    channels: ['sms', 'email'],
    template: 'appointment_moved',
    subject: 'appointment',
  },
  'appointment.cancelled': {
    class: 'service',
    type: 'appointment',
    channels: ['sms', 'email'],
    template: 'appointment_cancelled',
    subject: 'appointment',
  },
  'appointment.released': {
    class: 'service',
    type: 'appointment',
    channels: ['sms'],
    template: 'appointment_released',
    subject: 'appointment',
  },
  'appointment.reminder': {
    class: 'service',
    type: 'appointment',
    channels: ['sms', 'email'],
    template: 'appointment_reminder',
    subject: 'appointment',
  },
  'queue.called': { class: 'service', type: 'appointment', channels: ['sms'], template: 'queue_called', subject: 'queue' },

  'order.created': { class: 'service', type: 'order', channels: [], template: 'order_created', subject: 'order' },
  'order.paid': { class: 'service', type: 'order', channels: ['email'], template: 'order_paid', subject: 'order' },
  'order.completed': { class: 'service', type: 'order', channels: [], template: 'order_completed', subject: 'order' },
  'order.refunded': { class: 'service', type: 'order', channels: ['sms', 'email'], template: 'order_refunded', subject: 'refund' },
  'refund.decided': { class: 'service', type: 'order', channels: ['email'], template: 'refund_decided', subject: 'refund' },

  'payment.mismatch': { class: 'service', type: 'work', channels: ['email'], template: 'money_alert', subject: 'payment' },
  'refund.failed': { class: 'service', type: 'work', channels: ['email'], template: 'money_alert', subject: 'refund' },

  'prescription.approved': {
    class: 'service',
    type: 'prescription',
    channels: ['sms'],
    template: 'prescription_approved',
    subject: 'prescription',
  },
  'prescription.rejected': {
    class: 'service',
    type: 'prescription',
    channels: ['sms'],
    template: 'prescription_rejected',
    subject: 'prescription',
  },
  'prescription.cancelled': {
    class: 'service',
    type: 'prescription',
    channels: ['sms'],
    template: 'prescription_cancelled',
    subject: 'prescription',
  },
  'review.replied': { class: 'service', type: 'review', channels: [], template: 'review_replied', subject: 'review' },
  'practitioner.reviewed': {
    class: 'service',
    type: 'work',
    channels: ['email'],
    template: 'practitioner_reviewed',
    subject: 'practitioner',
  },
  'leave.decided': { class: 'service', type: 'work', channels: ['email'], template: 'leave_decided', subject: 'leave' },
  'dispatch.assigned': { class: 'service', type: 'work', channels: ['email'], template: 'dispatch_assigned', subject: 'dispatch' },

  'data.copy_ready': { class: 'service', channels: ['email'], template: 'data_copy_ready', subject: 'privacy_request' },
  'data.erasure_refused': { class: 'service', channels: ['sms', 'email'], template: 'data_erasure_refused', subject: 'privacy_request' },

  announcement: { class: 'service', type: 'announcement', channels: [], template: 'announcement', subject: 'announcement' },
  promotion: { class: 'marketing', channels: [], template: 'promotion', subject: 'announcement' },
} as const satisfies Record<string, Declaration>;

export type NotificationKind = keyof typeof notificationKinds;
export type SubjectType = (typeof notificationKinds)[NotificationKind]['subject'];
/** Of a message that waits: what is known of it is its template. */
export function typeOfTemplate(template: string): NotificationType | null {
  const declarations: readonly Declaration[] = Object.values(notificationKinds);
  return declarations.find((declaration) => declaration.template === template)?.type ?? null;
}

export const notificationKindNames = Object.keys(notificationKinds) as NotificationKind[];
export const subjectTypes = [...new Set(Object.values(notificationKinds).map(({ subject }) => subject))];

/** Payload of the topic `notification.send`: somebody is to be told of something. */
export interface NotificationOrder {
  userId: string;
  kind: NotificationKind;
  subjectType: SubjectType;
  subjectId: string;
}
