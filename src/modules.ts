/**
 * The business modules: builds each service and lists its routes. A new module adds its lines here; what it needs of another
 * module it is given as an argument.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { MediaSession } from '#rooms/protocol.ts';
import { auditRoutes } from './audit/routes.ts';
import { authRoutes } from './auth/routes.ts';
import { chatRoutes } from './chat/routes.ts';
import { createChat } from './chat/service.ts';
import type { ChatStore } from '#rooms/ports.ts';
import { consultationRoutes } from './consultations/routes.ts';
import { type Consultations, createConsultations, type RoomCommands } from './consultations/service.ts';
import { departmentRoutes } from './departments/routes.ts';
import { createDepartments, type Departments } from './departments/service.ts';
import type { Foundation } from './foundation.ts';
import { createRedisNearby, createSqlNearby } from './hospitals/nearby.ts';
import { hospitalAdminRoutes, hospitalRoutes } from './hospitals/routes.ts';
import { createHospitals, createPlaces } from './hospitals/service.ts';
import { createSystems } from './hospitals/systems.ts';
import { createMaintenance, type Maintenance } from './maintenance/service.ts';
import { mediaRoutes, networkTestRoutes } from './media/routes.ts';
import { memberRoutes } from './members/routes.ts';
import { createMembers } from './members/service.ts';
import { createNotifications, type Notifications } from './notifications/service.ts';
import { createPractitionerPhotos, type PractitionerPhotos } from './practitioners/photos.ts';
import { createRecommending } from './practitioners/recommending.ts';
import { practitionerPhotoRoutes, practitionerReviewRoutes } from './practitioners/review-routes.ts';
import { createPractitionerReviews } from './practitioners/reviews.ts';
import { practitionerAdminRoutes, practitionerProfileRoutes, practitionerRoutes } from './practitioners/routes.ts';
import { createPractitioners, type Practitioners } from './practitioners/service.ts';
import { createSearch } from './search/search.ts';
import { settingRoutes } from './settings/routes.ts';
import { userRoutes } from './users/routes.ts';
import { createUsers, type Users } from './users/service.ts';

/** What modules need besides the foundation. */
export interface Surroundings {
  rooms: RoomCommands;
  chatStore: ChatStore;
  routerRtpCapabilities: MediaSession['routerRtpCapabilities'];
  /** Address that people open, without a slash at the end. */
  publicUrl: () => string;
}

export interface Modules {
  /** Routes below `/api/v1`. */
  readonly routes: readonly FastifyPluginAsyncZod[];
  readonly users: Users;
  readonly consultations: Consultations;
  readonly maintenance: Maintenance;
  readonly notifications: Notifications;
  readonly departments: Departments;
  readonly practitioners: Practitioners;
  readonly practitionerPhotos: PractitionerPhotos;
}

export function createModules(foundation: Foundation, surroundings: Surroundings): Modules {
  const { database, auth, tokens } = foundation;
  const { rooms, chatStore, routerRtpCapabilities, publicUrl } = surroundings;
  const users = createUsers(database);
  const notifications = createNotifications();
  const consultations = createConsultations(database, rooms);
  const practice = createPractice(foundation);
  return {
    ...practice,
    users,
    consultations,
    maintenance: createMaintenance(database),
    notifications,
    routes: [
      auditRoutes(foundation.audit),
      settingRoutes(foundation.settings),
      authRoutes(auth),
      userRoutes(users),
      consultationRoutes(consultations),
      memberRoutes(createMembers(database, tokens, publicUrl)),
      chatRoutes(createChat(database, chatStore)),
      mediaRoutes(routerRtpCapabilities),
      networkTestRoutes,
      ...practice.routes,
    ],
  };
}

/** Departments, practitioners and hospitals. */
function createPractice({ database, signals, access, redis, config, log }: Foundation) {
  const search = createSearch(database);
  const departments = createDepartments(database, signals);
  const availability = { freeBetween: async () => [] };
  const practitioners = createPractitioners(database, { departments, search, access, availability });
  const practitionerPhotos = createPractitionerPhotos(database, async () => undefined);
  const reviews = createPractitionerReviews(database, departments, async () => undefined);
  const history = { visitsOf: async () => new Map<string, number>(), tagsOf: async () => [] };
  const sqlNearby = createSqlNearby(database);
  const nearby = redis ? createRedisNearby(redis, createPlaces(database, signals), sqlNearby, log) : sqlNearby;
  const hospitals = createHospitals(database, { signals, search, nearby, systems: createSystems(config.HOSPITAL_SYSTEMS, log) });
  const routes = [
    departmentRoutes(departments),
    practitionerRoutes(practitioners, createRecommending(database, departments, history)),
    practitionerProfileRoutes(practitioners),
    practitionerAdminRoutes(practitioners),
    practitionerReviewRoutes(reviews),
    practitionerPhotoRoutes(practitionerPhotos),
    hospitalRoutes(hospitals),
    hospitalAdminRoutes(hospitals),
  ];
  return { departments, practitioners, practitionerPhotos, routes };
}
