import type { TemplateName, Words } from './catalogue.ts';

export const en: Record<TemplateName, Words> = {
  verification_code: {
    title: 'Verification code',
    text: 'Your verification code is {{code}}. It is valid for {{minutes}} minutes.\nDo not share it. If you did not ask for it, ignore this message.',
    sms: 'Your verification code is {{code}}, valid for {{minutes}} minutes. Do not share it. Ignore this if you did not ask for it.',
  },
  new_device_login: {
    title: 'Sign-in from a new device',
    text: 'Your account was used on a new device at {{at}}: {{device}} ({{address}}).\nIf this was not you, change your password now.',
    sms: 'Your account was used on a new device at {{at}}: {{device}}. If this was not you, change your password now.',
  },
  account_locked: {
    title: 'Account locked',
    text: 'Your account was locked for a while at {{at}} after several wrong passwords.\nIf this was not you, change your password as soon as it opens again.',
    sms: 'Your account was locked for a while at {{at}} after several wrong passwords. If this was not you, change your password then.',
  },
  appointment_confirmed: {
    title: 'Appointment confirmed',
    text: 'You have an appointment with {{practitioner}} at {{startsAt}}.\nPlease enter the waiting room a few minutes early and check your camera and microphone.',
    sms: 'You have an appointment with {{practitioner}} at {{startsAt}}. Please enter the waiting room a few minutes early.',
    action: 'Show the appointment',
  },
  appointment_moved: {
    title: 'Appointment moved',
    text: 'Your appointment with {{practitioner}} was moved from {{movedFrom}} to {{startsAt}}.',
    sms: 'Your appointment with {{practitioner}} was moved from {{movedFrom}} to {{startsAt}}.',
    action: 'Show the appointment',
  },
  appointment_cancelled: {
    title: 'Appointment cancelled',
    text: 'Your appointment with {{practitioner}} at {{startsAt}} was cancelled.\nReason: {{reason}}',
    sms: 'Your appointment with {{practitioner}} at {{startsAt}} was cancelled.',
  },
  appointment_released: {
    title: 'Appointment not paid, the time was given free',
    text: 'Your appointment with {{practitioner}} at {{startsAt}} was not paid in time and was given free. Please book again if you still need it.',
    sms: 'Your appointment with {{practitioner}} at {{startsAt}} was not paid in time and was given free.',
  },
  appointment_reminder: {
    title: 'Appointment reminder',
    text: 'Your appointment with {{practitioner}} begins at {{startsAt}}. Please be in the waiting room in time.',
    sms: 'Your appointment with {{practitioner}} begins at {{startsAt}}. Please be in the waiting room in time.',
    action: 'Enter the waiting room',
  },
  queue_called: {
    title: 'It is your turn',
    text: '{{practitioner}} is calling you. Please enter the consulting room.',
    sms: '{{practitioner}} is calling you. Please sign in and enter the consulting room.',
    action: 'Enter the consulting room',
  },
  order_created: {
    title: 'Order to be paid',
    text: 'Order {{orderNo}} over {{amount}} yuan was made. Orders that are not paid in time close by themselves.\nItem: {{item}}',
    sms: 'Order {{orderNo}} over {{amount}} yuan was made. Please sign in and pay it in time.',
    action: 'Pay',
  },
  order_paid: {
    title: 'Payment received',
    text: 'We received {{amount}} yuan for order {{orderNo}}.\nItem: {{item}}',
    sms: 'We received {{amount}} yuan for order {{orderNo}}.',
  },
  order_completed: {
    title: 'Service completed',
    text: 'Order {{orderNo}} is completed. You are welcome to rate the service.\nItem: {{item}}',
    sms: 'Order {{orderNo}} is completed. You are welcome to sign in and rate the service.',
    action: 'Show the order',
  },
  order_refunded: {
    title: 'Refund made',
    text: 'We refunded {{amount}} yuan of order {{orderNo}} the way it was paid.',
    sms: 'We refunded {{amount}} yuan of order {{orderNo}} the way it was paid.',
  },
  refund_decided: {
    title: 'Your request for a refund was decided',
    text: 'Your request for a refund of {{amount}} yuan for order {{orderNo}} was {{decision}}.',
    sms: 'Your request for a refund for order {{orderNo}} was {{decision}}.',
    action: 'Show the order',
  },
  money_alert: {
    title: 'Something is wrong with money',
    text: 'Order {{orderNo}} ({{amount}} yuan): {{problem}}. Please look at it soon.',
    sms: 'Something is wrong with the money of order {{orderNo}}. Please sign in to see it.',
  },
  prescription_approved: {
    title: 'Prescription approved',
    text: 'The pharmacist approved the prescription by {{practitioner}}.',
    sms: 'The document issued by {{practitioner}} was approved. Please sign in to see it.',
    action: 'Show the prescription',
  },
  prescription_rejected: {
    title: 'Prescription not approved',
    text: 'The pharmacist did not approve the prescription by {{practitioner}}.\nReason: {{reason}}',
    sms: 'The document issued by {{practitioner}} was not approved. Please sign in to see it.',
    action: 'Show the prescription',
  },
  prescription_cancelled: {
    title: 'Prescription cancelled',
    text: 'The prescription by {{practitioner}} was cancelled. Please do not use it.\nReason: {{reason}}',
    sms: 'The document issued by {{practitioner}} was cancelled. Please sign in to see it.',
    action: 'Show the prescription',
  },
  review_replied: {
    title: 'A reply to your review',
    text: '{{practitioner}} replied to your review.',
    sms: '{{practitioner}} replied to your review. Please sign in to read it.',
    action: 'Show the reply',
  },
  practitioner_reviewed: {
    title: 'Your qualification was reviewed',
    text: 'The qualification that you handed in was {{decision}}.',
    sms: 'The qualification that you handed in was {{decision}}. Please sign in for details.',
    action: 'Show the profile',
  },
  leave_decided: {
    title: 'Your leave was decided on',
    text: 'Your leave from {{startsAt}} to {{endsAt}} was {{decision}}.',
    sms: 'Your leave from {{startsAt}} was {{decision}}. Please sign in for details.',
    action: 'Show the schedule',
  },
  dispatch_assigned: {
    title: 'You have a new task',
    text: 'You have a new task at {{startsAt}}. Please look up where to go.',
    sms: 'You have a new task at {{startsAt}}. Please sign in for details.',
    action: 'Show the task',
  },
  data_copy_ready: {
    title: 'The copy of your data is ready',
    text: 'The copy of your data that you asked for is ready. Please fetch it before {{until}}.\nIt holds health data: keep it in a safe place.',
    sms: 'The copy of your data is ready. Please sign in and fetch it before {{until}}.',
    action: 'Fetch the copy',
  },
  data_erasure_refused: {
    title: 'Your account could not be closed',
    text: 'Your account and data could not be erased for now. Please see why.\nYou can ask again once that is settled.',
    sms: 'Your account could not be closed for now. Please sign in to see why.',
    action: 'See why',
  },
  promotion: {
    title: '{{title}}',
    text: '{{body}}\nTo get no more messages of this kind, switch them off in your message settings.',
    sms: '{{title}}. Sign in for details, or to switch such messages off in your message settings.',
  },
  announcement: {
    title: '{{title}}',
    text: '{{body}}',
    sms: 'New announcement: {{title}}. Please sign in to read it.',
  },
};
