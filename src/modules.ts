/**
 * The business modules: builds each service and lists its routes. A new module adds its lines here; what it needs of another
 * module it is given as an argument.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { MediaSession } from '#rooms/protocol.ts';
import { createAffected } from './appointments/affected.ts';
import { appointmentCare, describeAppointments } from './appointments/links.ts';
import { appointmentRoutes } from './appointments/routes.ts';
import { type Appointments, createAppointments } from './appointments/service.ts';
import { announcementRoutes } from './announcements/routes.ts';
import { type Announcements, createAnnouncements } from './announcements/service.ts';
import { auditRoutes } from './audit/routes.ts';
import { createAccountSafety } from './auth/account-safety.ts';
import { createExternalSignIn } from './auth/external.ts';
import { externalRoutes, identityRoutes } from './auth/external-routes.ts';
import { createLoginLog } from './auth/login-log.ts';
import { createProviders } from './auth/providers.ts';
import { authRoutes, currentSessionRoutes } from './auth/routes.ts';
import { accountSafetyRoutes, proofRoutes } from './auth/safety-routes.ts';
import { securityNotices } from './auth/security-notices.ts';
import { loginLogRoutes, sessionRoutes } from './auth/session-routes.ts';
import { createSignIn, type SignIn } from './auth/sign-in.ts';
import { CODE_SECONDS, createSmsCodes } from './auth/sms-codes.ts';
import { balanceRoutes } from './balance/routes.ts';
import { type Balances, createBalances } from './balance/service.ts';
import { chatRoutes } from './chat/routes.ts';
import { createChat } from './chat/service.ts';
import type { ChatStore } from '#rooms/ports.ts';
import { linkAppointments } from './consultations/booked.ts';
import type { VisitHooks } from './consultations/hooks.ts';
import { consultationRoutes } from './consultations/routes.ts';
import { type Consultations, createConsultations, type RoomCommands } from './consultations/service.ts';
import { departmentRoutes } from './departments/routes.ts';
import { createDepartments, type Departments } from './departments/service.ts';
import { fileRoutes } from './files/routes.ts';
import { createFiles, type Files } from './files/service.ts';
import { createAvatars, relateFiles } from './files/uses.ts';
import { createOtherWork } from './dispatches/other-work.ts';
import { dispatchRoutes } from './dispatches/routes.ts';
import { createDispatches } from './dispatches/service.ts';
import type { Foundation } from './foundation.ts';
import { healthProfileRoutes } from './health-profiles/routes.ts';
import { createHealthProfiles, type HealthProfiles } from './health-profiles/service.ts';
import { createRedisNearby, createSqlNearby } from './hospitals/nearby.ts';
import { hospitalAdminRoutes, hospitalRoutes } from './hospitals/routes.ts';
import { createHospitals, createPlaces } from './hospitals/service.ts';
import { createSystems } from './hospitals/systems.ts';
import { admissionRoutes, wardRoutes } from './inpatients/routes.ts';
import { createAdmissions } from './inpatients/service.ts';
import { createWards } from './inpatients/wards.ts';
import { createMaintenance, type Maintenance } from './maintenance/service.ts';
import { mediaRoutes, networkTestRoutes } from './media/routes.ts';
import { medicineRoutes } from './medicines/routes.ts';
import { createMedicines, type Medicines } from './medicines/service.ts';
import { memberRoutes } from './members/routes.ts';
import { createMembers } from './members/service.ts';
import { createCodeSender } from './messaging/codes.ts';
import type { Contacts } from './messaging/ports.ts';
import { messageRoutes } from './messaging/routes.ts';
import { createMessaging, type Messaging } from './messaging/service.ts';
import type { OpenPages } from './notifications/ports.ts';
import { createPreferences } from './notifications/preferences.ts';
import { notificationRoutes } from './notifications/routes.ts';
import { createNotifications, type Notifications } from './notifications/service.ts';
import { offeringRoutes } from './offerings/routes.ts';
import { createOfferings, type Offerings } from './offerings/service.ts';
import { type CareRelations, createCareRelations } from './patients/care-relations.ts';
import { patientRoutes } from './patients/routes.ts';
import { createPatients, type Patients } from './patients/service.ts';
import { timelineSources } from './patients/sources.ts';
import { createTimeline } from './patients/timeline.ts';
import { orderRoutes } from './orders/routes.ts';
import { createOrders, type Orders } from './orders/service.ts';
import { createLookup, type PractitionerLookup } from './practitioners/lookup.ts';
import { createClaims } from './payments/claims.ts';
import { gatewayRoutes } from './payments/gateway-routes.ts';
import { createGateways } from './payments/gateway-registry.ts';
import { noticeRoutes } from './payments/notice-routes.ts';
import { createPayers } from './payments/ports.ts';
import { paymentRoutes } from './payments/routes.ts';
import { createPayments, type Payments } from './payments/service.ts';
import { tellOfMoney } from './payments/telling.ts';
import { createPractitionerPhotos, type PractitionerPhotos } from './practitioners/photos.ts';
import type { AvailabilityPort, HistoryPort } from './practitioners/ports.ts';
import { createRecommending } from './practitioners/recommending.ts';
import { practitionerPhotoRoutes, practitionerReviewRoutes } from './practitioners/review-routes.ts';
import { createPractitionerReviews, type PractitionerReviews } from './practitioners/reviews.ts';
import { practitionerAdminRoutes, practitionerProfileRoutes, practitionerRoutes } from './practitioners/routes.ts';
import { createPractitioners, type Practitioners } from './practitioners/service.ts';
import { createViews } from './practitioners/view.ts';
import { visitProfileRoutes } from './profiles/routes.ts';
import { createProfiles, type Profiles } from './profiles/service.ts';
import { createRecordAttachments, type RecordAttachments } from './records/attachments.ts';
import { createPrescriptionPort, createVisitPort } from './records/links.ts';
import { createNestedRecords } from './records/nested.ts';
import { recordAttachmentRoutes, recordHistoryRoutes, recordRoutes } from './records/routes.ts';
import { createRecords } from './records/service.ts';
import { createPrescriptionPorts, describePrescriptions } from './prescriptions/links.ts';
import { prescriptionRoutes } from './prescriptions/routes.ts';
import { createPrescriptions, type Prescriptions } from './prescriptions/service.ts';
import { queueRoutes } from './queue/routes.ts';
import { createQueue } from './queue/service.ts';
import { describeClinical } from './reviews/links.ts';
import { reviewRoutes } from './reviews/routes.ts';
import { createReviews } from './reviews/service.ts';
import { dayRoutes } from './schedules/day-routes.ts';
import { adjustmentRoutes, weeklyRoutes } from './schedules/hours-routes.ts';
import { leaveRoutes } from './schedules/leave-routes.ts';
import type { SchedulingParts } from './schedules/parts.ts';
import { createScheduleReader } from './schedules/reader.ts';
import { scheduleRoutes, slotRoutes } from './schedules/routes.ts';
import { createScheduling, type Scheduling } from './schedules/service.ts';
import { refundRoutes } from './refunds/routes.ts';
import { createRefunds, type Refunds } from './refunds/service.ts';
import { createSearch } from './search/search.ts';
import { settingRoutes } from './settings/routes.ts';
import { templateRoutes } from './templates/routes.ts';
import { createTemplates } from './templates/service.ts';
import { menuRoutes } from './menus/routes.ts';
import { createMenus } from './menus/service.ts';
import { holderRoutes, roleRoutes } from './permissions/routes.ts';
import { createRoles } from './permissions/service.ts';
import { activitySources } from './users/activity.ts';
import type { HealthTags } from './users/ports.ts';
import { exportRoutes, followRoutes, tagRoutes } from './users/people-routes.ts';
import { behaviorRoutes, profileRoutes, userRoutes, userStateRoutes } from './users/routes.ts';
import { createUsers, type Users } from './users/service.ts';

/** What modules need besides the foundation. */
export interface Surroundings {
  rooms: RoomCommands;
  chatStore: ChatStore;
  visits: VisitHooks;
  pages: OpenPages;
  routerRtpCapabilities: MediaSession['routerRtpCapabilities'];
  /** Address that people open, without a slash at the end. */
  publicUrl: () => string;
}

export interface Modules {
  /** Routes below `/api/v1`. */
  readonly routes: readonly FastifyPluginAsyncZod[];
  readonly users: Users;
  readonly signIn: SignIn;
  readonly consultations: Consultations;
  readonly files: Files;
  readonly maintenance: Maintenance;
  readonly messaging: Messaging;
  readonly notifications: Notifications;
  readonly announcements: Announcements;
  readonly offerings: Offerings;
  readonly orders: Orders;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly balances: Balances;
  readonly appointments: Appointments;
  readonly scheduling: Scheduling;
  readonly medicines: Medicines;
  readonly prescriptions: Prescriptions;
  readonly departments: Departments;
  readonly practitioners: Practitioners;
  readonly practitionerPhotos: PractitionerPhotos;
  readonly practitionerReviews: PractitionerReviews;
  readonly care: CareRelations;
  readonly patients: Patients;
  readonly profiles: Profiles;
  readonly healthProfiles: HealthProfiles;
  readonly recordAttachments: RecordAttachments;
}

export function createModules(foundation: Foundation, surroundings: Surroundings): Modules {
  const { database } = foundation;
  const { rooms, routerRtpCapabilities, publicUrl } = surroundings;
  const telling = createTelling(foundation, surroundings, { contactOf: (userId) => identity.users.contactOf(userId) });
  const { notifications } = telling;
  const files = createFiles(foundation);
  const identity = createIdentity(foundation, notifications, { files, healthTags: tagsIn(() => healthProfiles), publicUrl });
  const consultations = createConsultations(database, rooms);
  const care = createCareRelations(database, [appointmentCare]);
  const healthProfiles = createHealthProfiles(database, { ...foundation, care });
  const availability: AvailabilityPort = { freeBetween: (from, to) => shifts.scheduling.finding.freeBetween(from, to) };
  const history = { visitsOf: care.visitsOf, tagsOf: healthProfiles.tagsOf };
  const practice = createPractice(foundation, notifications, files, { history, availability });
  const patients = createPatientCare(foundation, files, care, practice.practitioners);
  relateFiles(files, practice.practitionerPhotos, patients.recordAttachments);
  const offerings = createOfferings(database, foundation.signals);
  const till = createTill(foundation, notifications, publicUrl);
  const schedules = createScheduleReader(database, foundation.settings);
  const lookup = createLookup(database);
  const booking = { orders: till.orders, offerings, schedules, profiles: patients.profiles, practitioners: lookup, publicUrl };
  const appointments = createAppointments({ ...foundation, ...booking });
  const shifts = createShifts(foundation, notifications, booking, appointments);
  const around = createAroundVisits(foundation, surroundings, { appointments, notifications, lookup });
  const pharmacy = createPharmacy(foundation, { care, profiles: patients.profiles, healthProfiles, notifications, publicUrl });
  return {
    ...identity,
    ...practice,
    ...patients,
    ...pharmacy,
    ...till,
    offerings,
    appointments,
    scheduling: shifts.scheduling,
    care,
    healthProfiles,
    consultations,
    ...telling,
    files,
    maintenance: createMaintenance(database),
    routes: [
      ...systemRoutes(foundation, routerRtpCapabilities),
      ...identity.routes,
      ...visitRoutes(foundation, surroundings, consultations),
      ...telling.routes,
      fileRoutes(files, { origins: foundation.config.CORS_ORIGINS }),
      offeringRoutes(offerings),
      ...till.routes,
      appointmentRoutes(appointments),
      ...shifts.routes,
      ...around,
      ...pharmacy.routes,
      ...practice.routes,
      healthProfileRoutes(healthProfiles),
      ...patients.routes,
    ],
  };
}

/** People's own tags; they are kept with their health profiles, which are built later. */
const tagsIn = (profiles: () => HealthProfiles): HealthTags => ({
  of: (userId) => profiles().tagsOf(userId),
  put: (caller, tags) => profiles().putTags(caller, caller.userId, [...tags]),
});

/** Visits, who may come to them, and what was written in them. */
function visitRoutes({ database, tokens }: Foundation, { chatStore, publicUrl }: Surroundings, consultations: Consultations) {
  return [
    consultationRoutes(consultations),
    memberRoutes(createMembers(database, tokens, publicUrl)),
    chatRoutes(createChat(database, chatStore)),
  ];
}

/** Logs and parameters, and what clients ask of the media server. */
function systemRoutes({ audit, settings }: Foundation, capabilities: Surroundings['routerRtpCapabilities']): FastifyPluginAsyncZod[] {
  return [auditRoutes(audit), settingRoutes(settings), mediaRoutes(capabilities), networkTestRoutes];
}

interface AroundVisits {
  appointments: Appointments;
  notifications: Notifications;
  lookup: PractitionerLookup;
}

/** What comes before and after a booked visit: its room, the waiting line, the rating. @returns routes */
function createAroundVisits(
  foundation: Foundation,
  { visits, pages }: Surroundings,
  { appointments, notifications, lookup }: AroundVisits,
) {
  const parts = { ...foundation, practitioners: lookup };
  linkAppointments({ ...parts, visits }, appointments);
  describeAppointments(notifications, foundation.database, lookup);
  describeClinical(notifications, foundation.database, lookup);
  return [queueRoutes(createQueue({ ...parts, pages })), reviewRoutes(createReviews(parts))];
}

/** Notifications, and the messages that leave the house. */
function createTelling(foundation: Foundation, { pages, publicUrl }: Surroundings, contacts: Contacts) {
  const { database, vault, outbox, senders } = foundation;
  const { render } = senders;
  const preferences = createPreferences(database);
  const stillWanted = (userId: string, kind: 'notification' | 'marketing', channel: 'sms' | 'email') =>
    preferences.allows(userId, kind === 'marketing' ? 'marketing' : 'service', channel);
  const messaging = createMessaging({ database, vault, outbox, senders, contacts, stillWanted });
  const notifications = createNotifications({ database, vault, render, deliveries: messaging, contacts, preferences, pages, publicUrl });
  const announcements = createAnnouncements(database, outbox, notifications);
  const routes = [notificationRoutes(notifications), messageRoutes(messaging), announcementRoutes(announcements)];
  return { messaging, notifications, announcements, routes };
}

/** Orders and their money. */
function createTill(foundation: Foundation, notifications: Notifications, publicUrl: () => string) {
  const { database, config, auth } = foundation;
  const orders = createOrders(foundation);
  const balances = createBalances(database);
  const gateways = createGateways({ ...foundation, production: config.NODE_ENV === 'production' });
  const parts = { ...foundation, orders, balances, gateways, publicUrl };
  const refunds = createRefunds({ ...parts, claims: createClaims(database) });
  const payments = createPayments({ ...parts, refunds, payers: createPayers(database), proof: auth.sessions });
  tellOfMoney({ ...parts, refunds }, notifications);
  const routes = [
    orderRoutes(orders),
    paymentRoutes(payments),
    noticeRoutes(payments.notices),
    gatewayRoutes(gateways),
    refundRoutes(refunds),
    balanceRoutes(balances),
  ];
  return { orders, balances, payments, refunds, routes };
}

interface PharmacyParts {
  care: CareRelations;
  profiles: Profiles;
  healthProfiles: HealthProfiles;
  notifications: Notifications;
  publicUrl: () => string;
}

/** Medicines, prescriptions, and the templates that they are written from. */
function createPharmacy(foundation: Foundation, { care, profiles, healthProfiles, notifications, publicUrl }: PharmacyParts) {
  const { database, signals } = foundation;
  const medicines = createMedicines(database, signals);
  const ports = createPrescriptionPorts(database, { care, profiles, healthProfiles });
  const prescriptions = createPrescriptions({ ...foundation, medicines, ports });
  describePrescriptions(notifications, prescriptions);
  const routes = [
    medicineRoutes(medicines),
    prescriptionRoutes(prescriptions, () => `${publicUrl()}/prescription-proofs`),
    templateRoutes(createTemplates(database, prescriptions)),
  ];
  return { medicines, prescriptions, routes };
}

interface IdentityParts {
  files: Files;
  healthTags: HealthTags;
  publicUrl: () => string;
}

/** People, signing in, roles and menus. */
function createIdentity(foundation: Foundation, notifications: Notifications, parts: IdentityParts) {
  const { files, healthTags, publicUrl } = parts;
  const { config, log, database, vault, auth } = foundation;
  const users = createUsers({ ...foundation, healthTags, avatars: createAvatars(files) });
  activitySources(database).forEach(users.figures.count);
  const notices = securityNotices({ ...foundation, notifications });
  const loginLog = createLoginLog(database, notices, log);
  auth.beforeClose(loginLog.flush);
  users.figures.count({ name: 'logins', count: loginLog.count });
  const sender = createCodeSender(database, foundation.senders.sms, CODE_SECONDS / 60);
  const codes = createSmsCodes({ config, database, vault, limits: auth.limits, sender, notices, log });
  const signIn = createSignIn({ ...foundation, users, codes, log: loginLog, notices });
  const returnTo = (provider: string) => `${publicUrl()}/sign-in/${provider}`;
  const external = createExternalSignIn({ database, users, signIn, providers: createProviders(config, log, returnTo) });
  const safety = createAccountSafety({ database, auth, users, codes, signIn });
  const roles = createRoles(database, foundation.signals);
  const routes = [
    authRoutes(signIn),
    currentSessionRoutes(auth),
    accountSafetyRoutes(safety),
    proofRoutes(safety),
    sessionRoutes(auth),
    loginLogRoutes(loginLog),
    externalRoutes(external),
    identityRoutes(external),
    profileRoutes(users),
    userRoutes(users),
    userStateRoutes(users),
    behaviorRoutes(users),
    exportRoutes(users, foundation.audit),
    tagRoutes(users),
    followRoutes(users),
    roleRoutes(roles),
    holderRoutes(roles, users),
    menuRoutes(createMenus(database, foundation.signals)),
  ];
  return { users, signIn, routes };
}

/** Working hours, leave, and the times that can be booked. */
function createShifts(
  foundation: Foundation,
  notifications: Pick<Notifications, 'describe'>,
  parts: Pick<SchedulingParts, 'offerings' | 'practitioners' | 'schedules'>,
  appointments: Appointments,
) {
  const affected = createAffected(foundation.database, appointments.system);
  const scheduling = createScheduling({ ...foundation, ...parts, appointments: affected });
  notifications.describe('leave', scheduling.leaves.facts);
  const otherWork = createOtherWork(foundation.database, parts.practitioners, parts.schedules);
  const dispatches = createDispatches({ ...foundation, otherWork });
  notifications.describe('dispatch', dispatches.facts);
  const routes = [
    slotRoutes(scheduling),
    scheduleRoutes(scheduling),
    weeklyRoutes(scheduling),
    adjustmentRoutes(scheduling),
    leaveRoutes(scheduling),
    dayRoutes(scheduling),
    dispatchRoutes(dispatches),
  ];
  return { scheduling, routes };
}

/** Departments, practitioners and hospitals. */
function createPractice(
  foundation: Foundation,
  notifications: Pick<Notifications, 'describe'>,
  files: Files,
  { history, availability }: { history: HistoryPort; availability: AvailabilityPort },
) {
  const { database, signals, access, outbox, redis, config, log } = foundation;
  const search = createSearch(database);
  const departments = createDepartments(database, signals);
  const views = createViews(database, departments, files.urls);
  const practitioners = createPractitioners(database, { views, departments, search, access, availability });
  const practitionerPhotos = createPractitionerPhotos(database, (fileId, ownerId) => files.own(fileId, ownerId, { kinds: ['image'] }));
  const reviews = createPractitionerReviews(database, views, outbox);
  notifications.describe('practitioner', reviews.facts);
  const sqlNearby = createSqlNearby(database);
  const nearby = redis ? createRedisNearby(redis, createPlaces(database, signals), sqlNearby, log) : sqlNearby;
  const hospitals = createHospitals(database, { signals, search, nearby, systems: createSystems(config.HOSPITAL_SYSTEMS, log) });
  const routes = [
    departmentRoutes(departments),
    practitionerRoutes(practitioners, createRecommending(database, views, history)),
    practitionerProfileRoutes(practitioners),
    practitionerAdminRoutes(practitioners),
    practitionerReviewRoutes(reviews),
    practitionerPhotoRoutes(practitionerPhotos),
    hospitalRoutes(hospitals),
    hospitalAdminRoutes(hospitals),
  ];
  return { departments, practitioners, practitionerPhotos, practitionerReviews: reviews, routes };
}

/** Patients: who they are, what is written about them, and where they lie. */
function createPatientCare(foundation: Foundation, files: Files, care: CareRelations, practitioners: Practitioners) {
  const { database, vault, audit } = foundation;
  const profiles = createProfiles(database, vault);
  const parts = { vault, audit, care, practitioners };
  const records = createRecords(database, { ...parts, visits: createVisitPort(database, practitioners) });
  const recordAttachments = createRecordAttachments(database, parts, files.own);
  const patients = createPatients(database, { ...parts, timeline: createTimeline(database, timelineSources(database)) });
  const routes = [
    visitProfileRoutes(profiles),
    recordRoutes(records, createNestedRecords(database, parts, createPrescriptionPort(database, vault))),
    recordHistoryRoutes(records),
    recordAttachmentRoutes(recordAttachments),
    admissionRoutes(createAdmissions(database, parts)),
    wardRoutes(createWards(database)),
    patientRoutes(patients),
  ];
  return { profiles, recordAttachments, patients, routes };
}
