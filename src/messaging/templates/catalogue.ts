/** Every message that we send by ourselves: what it is for and what it is filled with. Its words are in `zh.ts` and `en.ts`. */
import { z } from 'zod';
import { choice, code, label, link, minutes, moment, prose, yuan } from './fields.ts';

export type { Locale } from './fields.ts';

/** What providers and the law tell apart; people can switch off all but the first. */
export type MessageKind = 'verification' | 'notification' | 'marketing';

interface Template {
  kind: MessageKind;
  /** Sent whatever the person has switched off: about the safety of the account. */
  security?: true;
  variables: z.ZodObject;
}

const appointment = { practitioner: label, startsAt: moment };

const decision = choice({ approved: { zh: '通过', en: 'approved' }, rejected: { zh: '未通过', en: 'not approved' } });

export const templates = {
  verification_code: { kind: 'verification', security: true, variables: z.strictObject({ code, minutes }) },
  new_device_login: { kind: 'notification', security: true, variables: z.strictObject({ device: label, address: label, at: moment }) },
  account_locked: { kind: 'notification', security: true, variables: z.strictObject({ at: moment }) },
  appointment_confirmed: { kind: 'notification', variables: z.strictObject({ ...appointment, link }) },
  appointment_moved: { kind: 'notification', variables: z.strictObject({ ...appointment, movedFrom: moment, link }) },
  appointment_cancelled: { kind: 'notification', variables: z.strictObject({ ...appointment, reason: label }) },
  appointment_released: { kind: 'notification', variables: z.strictObject(appointment) },
  appointment_reminder: { kind: 'notification', variables: z.strictObject({ ...appointment, link }) },
  queue_called: { kind: 'notification', variables: z.strictObject({ practitioner: label, link }) },
  order_created: { kind: 'notification', variables: z.strictObject({ orderNo: label, amount: yuan, item: label, link }) },
  order_paid: { kind: 'notification', variables: z.strictObject({ orderNo: label, amount: yuan, item: label }) },
  order_completed: { kind: 'notification', variables: z.strictObject({ orderNo: label, item: label, link }) },
  order_refunded: { kind: 'notification', variables: z.strictObject({ orderNo: label, amount: yuan }) },
  refund_decided: { kind: 'notification', variables: z.strictObject({ orderNo: label, amount: yuan, decision, link }) },
  money_alert: { kind: 'notification', variables: z.strictObject({ orderNo: label, amount: yuan, problem: prose }) },
  prescription_approved: { kind: 'notification', variables: z.strictObject({ practitioner: label, link }) },
  prescription_rejected: { kind: 'notification', variables: z.strictObject({ practitioner: label, reason: label, link }) },
  prescription_cancelled: { kind: 'notification', variables: z.strictObject({ practitioner: label, reason: label, link }) },
  review_replied: { kind: 'notification', variables: z.strictObject({ practitioner: label, link }) },
  practitioner_reviewed: { kind: 'notification', variables: z.strictObject({ decision, link }) },
  leave_decided: { kind: 'notification', variables: z.strictObject({ decision, startsAt: moment, endsAt: moment, link }) },
  dispatch_assigned: { kind: 'notification', variables: z.strictObject({ startsAt: moment, link }) },
  data_copy_ready: { kind: 'notification', variables: z.strictObject({ until: moment, link }) },
  data_erasure_refused: { kind: 'notification', variables: z.strictObject({ link }) },
  promotion: { kind: 'marketing', variables: z.strictObject({ title: label, body: prose }) },
  announcement: { kind: 'notification', variables: z.strictObject({ title: label, body: prose }) },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof templates;
/** What a template is filled with, as given: times ISO 8601, money in yuan. */
export type Variables<N extends TemplateName> = z.input<(typeof templates)[N]['variables']>;

/** The words of a template, with `{{name}}` for its variables. */
export interface Words {
  /** Subject of a mail, heading in the page. */
  title: string;
  /** Body of a mail, text in the page; paragraphs on lines of their own. */
  text: string;
  /** Text message, in the form that is registered with the providers. Tells nothing of anybody's health. */
  sms: string;
  /** What the button to `link` says. */
  action?: string;
}
