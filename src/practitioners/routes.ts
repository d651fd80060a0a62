import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, publicAccess, signedIn, userOf } from '#src/plugins/policy.ts';
import type { Recommending } from './recommending.ts';
import * as schemas from './schemas.ts';
import type { Practitioners } from './service.ts';

const tags = ['practitioners'];
const own = may('practitioners:apply', { objects: 'the own profile', all: 'practitioners:manage' });
const manage = may('practitioners:manage');
const params = schemas.practitionerParams;
const open = { 200: schemas.practitionerView };
const full = { 200: schemas.fullPractitionerView };

/** What everybody sees: bookable practitioners. */
export function practitionerRoutes(practitioners: Practitioners, { recommend }: Recommending): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/practitioners', {
      config: { policy: publicAccess, shared: 0 },
      schema: {
        summary: 'Find practitioners that can be booked',
        tags,
        querystring: schemas.practitionerQuery,
        response: { 200: schemas.practitionerList },
      },
      handler: (request) => practitioners.list(request.query),
    });

    app.get('/practitioners/specialities', {
      config: { policy: publicAccess, shared: 0 },
      schema: { summary: 'Specialities with the number of their practitioners', tags, response: { 200: schemas.specialityList } },
      handler: () => practitioners.specialities(),
    });

    app.get('/practitioners/recommendations', {
      config: { policy: signedIn },
      schema: {
        summary: 'Practitioners that fit a complaint, the caller’s health tags and earlier visits, with reasons',
        tags,
        querystring: schemas.recommendationQuery,
        response: { 200: schemas.recommendations },
      },
      handler: (request) => recommend(userOf(request).userId, request.query),
    });

    app.get('/practitioners/:id', {
      config: { policy: publicAccess, shared: 0, errors: ['not_found'] },
      schema: { summary: 'One practitioner', tags, params, response: open },
      handler: (request) => practitioners.get(request.params.id),
    });

    app.get('/users/:userId/practitioner', {
      config: { policy: publicAccess, shared: 0, errors: ['not_found'] },
      schema: { summary: 'The practitioner that a user is', tags, params: schemas.userParams, response: open },
      handler: (request) => practitioners.getByUser(request.params.userId),
    });
  };
}

/** Keeping profiles: by their owners and by administrators. */
export function practitionerProfileRoutes(practitioners: Practitioners): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/practitioners/me', {
      config: { policy: own, errors: ['not_found'] },
      schema: { summary: 'The own profile', tags, response: full },
      handler: (request) => practitioners.own(callerOf(request)),
    });

    app.get('/practitioners/all', {
      config: { policy: may('practitioners:review', { all: 'practitioners:manage' }) },
      schema: {
        summary: 'All practitioners, in every state',
        tags,
        querystring: schemas.allPractitionersQuery,
        response: { 200: schemas.fullPractitionerList },
      },
      handler: (request) => practitioners.listAll(request.query),
    });

    app.get('/practitioners/:id/full', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: {
        summary: 'A profile with qualifications, photos and review, for its owner and for reviewers',
        tags,
        params,
        response: full,
      },
      handler: (request) => practitioners.full(callerOf(request), request.params.id),
    });

    app.post('/practitioners', {
      config: { policy: own, errors: ['practitioner_exists', 'not_a_practitioner', 'unknown_department'], idempotent: 'day' },
      schema: { summary: 'Make a profile; it is a draft until it was reviewed', tags, body: schemas.newPractitioner, response: full },
      handler: (request) => practitioners.create(callerOf(request), request.body),
    });

    app.patch('/practitioners/:id', {
      config: { policy: own, errors: ['not_found', 'conflict', 'not_a_practitioner', 'unknown_department'] },
      schema: { summary: 'Change a profile', tags, params, body: schemas.practitionerChanges, response: full },
      handler: (request) => practitioners.update(callerOf(request), request.params.id, request.body),
    });
  };
}

/** For administrators. */
export function practitionerAdminRoutes(practitioners: Practitioners): FastifyPluginAsyncZod {
  return async (app) => {
    for (const [verb, enabled] of [['enable', true] as const, ['disable', false] as const]) {
      app.post(`/practitioners/:id/${verb}`, {
        config: { policy: manage, errors: ['not_found'] },
        schema: {
          summary: enabled ? 'Show a practitioner again' : 'Hide a practitioner and stop new bookings',
          tags,
          params,
          response: full,
        },
        handler: (request) => practitioners.enable(request.params.id, enabled),
      });
    }

    app.delete('/practitioners/:id', {
      config: { policy: manage, errors: ['not_found', 'in_use'] },
      schema: { summary: 'Delete a profile that nothing refers to', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await practitioners.remove(request.params.id);
        return {};
      },
    });
  };
}
