import type { messages } from '../texts/messages.zh.ts';

type TemplateName = keyof (typeof messages)['templates'];

const NAMES: Record<TemplateName, true> = {
  ...{ verification_code: true, new_device_login: true, account_locked: true, appointment_confirmed: true, appointment_moved: true },
  ...{
    appointment_cancelled: true,
    appointment_reminder: true,
    queue_called: true,
    order_created: true,
    order_paid: true,
    order_completed: true,
    order_refunded: true,
  },
  ...{ refund_decided: true, prescription_approved: true, prescription_rejected: true, review_replied: true },
  ...{ practitioner_reviewed: true, leave_decided: true, dispatch_assigned: true, promotion: true, announcement: true },
};

/** Whether these pages have words for a message. */
export const isTemplateName = (name: string): name is TemplateName => Object.hasOwn(NAMES, name);
