import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { signedIn, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Notifications } from './service.ts';

const tags = ['notifications'];
const params = schemas.notificationParams;
const config = { policy: signedIn };

export function notificationRoutes(notifications: Notifications): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/notifications', {
      config,
      schema: {
        summary: 'Own notifications, newest first',
        tags,
        querystring: schemas.notificationQuery,
        response: { 200: schemas.notificationList },
      },
      handler: (request) => notifications.list(userOf(request).userId, request.query),
    });

    app.get('/notifications/unread', {
      config,
      schema: { summary: 'How many own notifications were not read', tags, response: { 200: schemas.unreadCount } },
      handler: async (request) => ({ unread: await notifications.unread(userOf(request).userId) }),
    });

    app.post('/notifications/read', {
      config,
      schema: { summary: 'Mark all own notifications as read', tags, response: { 200: nothing } },
      handler: async (request) => {
        await notifications.readAll(userOf(request).userId);
        return {};
      },
    });

    app.post('/notifications/:id/read', {
      config: { ...config, errors: ['not_found'] },
      schema: { summary: 'Mark an own notification as read', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await notifications.read(userOf(request).userId, request.params.id);
        return {};
      },
    });

    app.delete('/notifications/:id', {
      config: { ...config, errors: ['not_found'] },
      schema: { summary: 'Delete an own notification', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await notifications.remove(userOf(request).userId, request.params.id);
        return {};
      },
    });

    await app.register(preferenceRoutes(notifications.preferences));
  };
}

function preferenceRoutes(preferences: Notifications['preferences']): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/notifications/preferences', {
      config,
      schema: { summary: 'What the caller wants to be told, and how', tags, response: { 200: schemas.preferenceView } },
      handler: async (request) => ({ items: await preferences.of(userOf(request).userId) }),
    });

    app.patch('/notifications/preferences', {
      config,
      schema: {
        summary: 'Choose what to be told, and how',
        tags,
        body: schemas.preferenceChange,
        response: { 200: schemas.preferenceView },
      },
      handler: async (request) => ({ items: await preferences.set(userOf(request).userId, request.body.items) }),
    });
  };
}
