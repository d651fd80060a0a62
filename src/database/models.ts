/** Every model, bound to one connection. A new module adds its line here. */
import type { Sequelize } from 'sequelize';
import { defineAppointments } from '#src/appointments/model.ts';
import { defineAnnouncements } from '#src/announcements/model.ts';
import { defineApiKeys } from '#src/api-keys/model.ts';
import { defineAudit } from '#src/audit/model.ts';
import { defineSignIn } from '#src/auth/login-model.ts';
import { defineSessions } from '#src/auth/model.ts';
import { defineBalances } from '#src/balance/model.ts';
import { defineMessages } from '#src/chat/model.ts';
import { defineConsultations } from '#src/consultations/model.ts';
import { defineDepartments } from '#src/departments/model.ts';
import { defineHealthProfiles } from '#src/health-profiles/model.ts';
import { defineDispatches } from '#src/dispatches/model.ts';
import { defineFiles } from '#src/files/model.ts';
import { defineHospitals } from '#src/hospitals/model.ts';
import { defineIdempotency } from '#src/idempotency/model.ts';
import { defineLocks } from '#src/locks/model.ts';
import { defineMedicines } from '#src/medicines/model.ts';
import { defineInpatients } from '#src/inpatients/model.ts';
import { defineMembers } from '#src/members/model.ts';
import { defineMenus } from '#src/menus/model.ts';
import { defineMessaging } from '#src/messaging/model.ts';
import { defineNotifications } from '#src/notifications/model.ts';
import { defineOfferings } from '#src/offerings/model.ts';
import { defineOrders } from '#src/orders/model.ts';
import { defineOutbox } from '#src/outbox/model.ts';
import { definePayments } from '#src/payments/model.ts';
import { definePermissions } from '#src/permissions/model.ts';
import { definePrescriptions } from '#src/prescriptions/model.ts';
import { definePractitioners } from '#src/practitioners/model.ts';
import { definePrivacy } from '#src/privacy/model.ts';
import { defineProfiles } from '#src/profiles/model.ts';
import { defineRecordings } from '#src/recordings/model.ts';
import { defineRecords } from '#src/records/model.ts';
import { defineSchedules } from '#src/schedules/model.ts';
import { defineRefunds } from '#src/refunds/model.ts';
import { defineQueue } from '#src/queue/model.ts';
import { defineReviews } from '#src/reviews/model.ts';
import { defineSearch } from '#src/search/model.ts';
import { defineSettings } from '#src/settings/model.ts';
import { defineSignals } from '#src/signals/model.ts';
import { defineSnapshots } from '#src/snapshots/model.ts';
import { defineTemplates } from '#src/templates/model.ts';
import { defineUsers } from '#src/users/model.ts';
import { definePeople } from '#src/users/people-model.ts';

export type Models = ReturnType<typeof defineModels>;

export function defineModels(sequelize: Sequelize) {
  return {
    users: defineUsers(sequelize),
    ...definePeople(sequelize),
    ...defineSessions(sequelize),
    ...defineSignIn(sequelize),
    apiKeys: defineApiKeys(sequelize),
    menus: defineMenus(sequelize),
    consultations: defineConsultations(sequelize),
    members: defineMembers(sequelize),
    messages: defineMessages(sequelize),
    snapshots: defineSnapshots(sequelize),
    ...definePermissions(sequelize),
    ...defineSettings(sequelize),
    ...defineAudit(sequelize),
    departments: defineDepartments(sequelize),
    ...definePractitioners(sequelize),
    hospitals: defineHospitals(sequelize),
    ...defineSchedules(sequelize),
    ...defineDispatches(sequelize),
    searchTerms: defineSearch(sequelize),
    ...defineOfferings(sequelize),
    ...defineAppointments(sequelize),
    ...defineOrders(sequelize),
    ...definePayments(sequelize),
    refunds: defineRefunds(sequelize),
    ...defineBalances(sequelize),
    queueEntries: defineQueue(sequelize),
    ...defineReviews(sequelize),
    ...defineMedicines(sequelize),
    ...definePrescriptions(sequelize),
    ...defineTemplates(sequelize),
    ...defineMessaging(sequelize),
    ...defineNotifications(sequelize),
    announcements: defineAnnouncements(sequelize),
    ...defineFiles(sequelize),
    visitProfiles: defineProfiles(sequelize),
    ...defineHealthProfiles(sequelize),
    ...defineRecords(sequelize),
    ...defineInpatients(sequelize),
    ...definePrivacy(sequelize),
    ...defineRecordings(sequelize),
    outbox: defineOutbox(sequelize),
    signals: defineSignals(sequelize),
    locks: defineLocks(sequelize),
    idempotencyKeys: defineIdempotency(sequelize),
  };
}
