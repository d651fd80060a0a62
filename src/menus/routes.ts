import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Permission } from '#src/permissions/catalogue.ts';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Menus } from './service.ts';

const tags = ['menus'];
const policy = may('roles:manage');
const params = schemas.menuParams;
const response = { 200: schemas.menuView };

export function menuRoutes(menus: Menus): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/menus/mine', {
      config: { policy: signedIn },
      schema: { summary: 'The menu of the caller', tags, response: { 200: schemas.ownMenu } },
      handler: async (request) => {
        const { can } = callerOf(request);
        // A permission that the program no longer knows is held by nobody.
        return { items: await menus.mine((permission) => can(permission as Permission)) };
      },
    });

    app.get('/menus', {
      config: { policy },
      schema: { summary: 'All entries of the menu', tags, response: { 200: schemas.menuTree } },
      handler: async () => ({ items: await menus.tree() }),
    });

    app.post('/menus', {
      config: { policy, errors: ['already_exists', 'unknown_menu'], idempotent: 'day' },
      schema: { summary: 'Add an entry', tags, body: schemas.newMenu, response },
      handler: (request) => menus.create(request.body),
    });

    app.patch('/menus/:key', {
      config: { policy, errors: ['not_found', 'unknown_menu', 'circular'] },
      schema: { summary: 'Change, move, hide or show an entry', tags, params, body: schemas.menuChanges, response },
      handler: (request) => menus.change(request.params.key, request.body),
    });

    app.delete('/menus/:key', {
      config: { policy, errors: ['not_found', 'builtin', 'in_use'] },
      schema: { summary: 'Delete an entry that has none below it', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await menus.remove(request.params.key);
        return {};
      },
    });
  };
}
