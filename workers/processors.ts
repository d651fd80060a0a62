/** The table of all processors: a topic of the outbox and the code that does it. A new topic adds its line here. */
import type { Appointments } from '#src/appointments/service.ts';
import type { Consultations } from '#src/consultations/service.ts';
import type { Integrity } from '#src/integrity/service.ts';
import type { Maintenance } from '#src/maintenance/service.ts';
import type { Announcements } from '#src/announcements/service.ts';
import type { Files } from '#src/files/service.ts';
import type { Messaging } from '#src/messaging/service.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Payments } from '#src/payments/service.ts';
import type { Privacy } from '#src/privacy/service.ts';
import type { Recordings } from '#src/recordings/service.ts';
import type { Refunds } from '#src/refunds/service.ts';
import type { Scheduling } from '#src/schedules/service.ts';
import type { Processors } from './processor.ts';
import { announceProcessor } from './processors/announce.ts';
import { cleanProcessor } from './processors/clean.ts';
import { callInProcessor } from './processors/call-in.ts';
import { closeVisitProcessor } from './processors/close-visit.ts';
import { deliverProcessor } from './processors/deliver.ts';
import { displaceProcessor } from './processors/displace.ts';
import { eraseFileProcessor, sweepFilesProcessor } from './processors/files.ts';
import { expireOrderProcessor } from './processors/expire-order.ts';
import { integrityProcessor } from './processors/integrity.ts';
import { notifyProcessor } from './processors/notify.ts';
import { checkPaymentProcessor, executeRefundProcessor, reconcileProcessor, stopPaymentProcessor } from './processors/payments.ts';
import { copyDataProcessor, erasePersonProcessor, retainProcessor } from './processors/privacy.ts';
import { composeProcessor, sweepRecordingsProcessor } from './processors/record.ts';
import { remindProcessor } from './processors/remind.ts';

/** Services that processors call. */
export interface ProcessorServices {
  announcements: Announcements;
  appointments: Appointments;
  consultations: Consultations;
  files: Files;
  integrity: Integrity;
  maintenance: Maintenance;
  messaging: Messaging;
  notifications: Notifications;
  orders: Orders;
  payments: Payments;
  privacy: Privacy;
  recordings: Recordings;
  refunds: Refunds;
  scheduling: Scheduling;
}

export function createProcessors({
  announcements,
  appointments,
  consultations,
  files,
  integrity,
  maintenance,
  messaging,
  notifications,
  orders,
  payments,
  privacy,
  recordings,
  refunds,
  scheduling,
}: ProcessorServices): Processors {
  return {
    'announcement.batch': announceProcessor(announcements),
    'appointment.remind': remindProcessor(appointments),
    'visit.call': callInProcessor(consultations),
    'visit.close': closeVisitProcessor(consultations),
    'file.erase': eraseFileProcessor(files),
    'files.sweep': sweepFilesProcessor(files),
    'integrity.check': integrityProcessor(integrity),
    'maintenance.clean': cleanProcessor(maintenance),
    'message.deliver': deliverProcessor(messaging),
    'order.expire': expireOrderProcessor(orders, payments),
    'payment.check': checkPaymentProcessor(payments),
    'payment.stop': stopPaymentProcessor(payments),
    'payments.reconcile': reconcileProcessor(payments, refunds),
    'privacy.export': copyDataProcessor(privacy),
    'privacy.erase': erasePersonProcessor(privacy),
    'privacy.retain': retainProcessor(privacy),
    'recording.compose': composeProcessor(recordings),
    'recordings.sweep': sweepRecordingsProcessor(recordings),
    'schedule.displace': displaceProcessor(scheduling),
    'refund.execute': executeRefundProcessor(refunds),
    'notification.send': notifyProcessor(notifications),
  };
}
