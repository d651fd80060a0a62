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
import type { Foundation } from './foundation.ts';
import { createMaintenance, type Maintenance } from './maintenance/service.ts';
import { mediaRoutes, networkTestRoutes } from './media/routes.ts';
import { memberRoutes } from './members/routes.ts';
import { createMembers } from './members/service.ts';
import { settingRoutes } from './settings/routes.ts';
import { userRoutes } from './users/routes.ts';
import { createUsers, type Users } from './users/service.ts';

/** What modules need besides the foundation. */
export interface Surroundings {
import { createNotifications, type Notifications } from './notifications/service.ts';
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
}

export function createModules(foundation: Foundation, surroundings: Surroundings): Modules {
  const { database, auth, tokens } = foundation;
  const { rooms, chatStore, routerRtpCapabilities, publicUrl } = surroundings;
  const users = createUsers(database);
  const consultations = createConsultations(database, rooms);
  return {
    users,
    consultations,
    maintenance: createMaintenance(database),
    routes: [
      auditRoutes(foundation.audit),
  readonly notifications: Notifications;
      settingRoutes(foundation.settings),
      authRoutes(auth),
      userRoutes(users),
      consultationRoutes(consultations),
      memberRoutes(createMembers(database, tokens, publicUrl)),
      chatRoutes(createChat(database, chatStore)),
      mediaRoutes(routerRtpCapabilities),
      networkTestRoutes,
    ],
  const notifications = createNotifications();
  };
}
    notifications,
