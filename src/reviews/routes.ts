import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, publicAccess } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Reviews } from './service.ts';

const tags = ['reviews'];
const manage = may('reviews:manage');
const params = schemas.params;

export function reviewRoutes(reviews: Reviews): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/reviews', {
      config: {
        policy: may('reviews:write', { objects: 'what the caller has completed' }),
        errors: ['not_found', 'wrong_state', 'already_exists', 'unknown_tag'],
      },
      schema: {
        summary: 'Rate a completed appointment, visit or order, once',
        tags,
        body: schemas.newReview,
        response: { 200: schemas.reviewView },
      },
      handler: (request) => reviews.write(callerOf(request), request.body),
    });
    app.get('/appointments/:id/review', {
      config: {
        policy: may('appointments:read', { objects: 'appointments of the caller as patient or practitioner' }),
        errors: ['not_found'],
      },
      schema: { summary: 'What was said of one visit', tags, params, response: { 200: schemas.reviewOfVisit } },
      handler: (request) => reviews.ofAppointment(callerOf(request), request.params.id),
    });
    app.get('/consultations/:id/review', {
      config: {
        policy: may('consultations:read', { objects: 'visits of the caller as patient or practitioner' }),
        errors: ['not_found'],
      },
      schema: { summary: 'What was said of a visit, booked or not', tags, params, response: { 200: schemas.reviewOfVisit } },
      handler: (request) => reviews.ofConsultation(callerOf(request), request.params.id),
    });
    app.post('/reviews/:id/reply', {
      config: { policy: may('reviews:reply', { objects: 'reviews of the caller' }), errors: ['not_found'] },
      schema: { summary: 'Reply to a review of oneself', tags, params, body: schemas.reply, response: { 200: schemas.reviewView } },
      handler: (request) => reviews.reply(callerOf(request), request.params.id, request.body.text),
    });
    app.get('/reviews/mine', {
      config: { policy: may('reviews:write', { objects: 'reviews of the caller' }) },
      schema: { summary: 'Own reviews', tags, querystring: schemas.query, response: { 200: schemas.ownList } },
      handler: (request) => reviews.own(callerOf(request).userId, request.query),
    });
    await app.register(publicRoutes(reviews));
    app.get('/review-tags', {
      config: { policy: publicAccess },
      schema: { summary: 'Words to choose from', tags, response: { 200: schemas.tagList } },
      handler: () => reviews.tags(),
    });
    await app.register(managementRoutes(reviews));
  };
}

function publicRoutes(reviews: Reviews): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/practitioners/:practitionerId/reviews', {
      config: { policy: publicAccess },
      schema: {
        summary: 'Reviews of a practitioner',
        tags,
        params: schemas.practitionerParams,
        querystring: schemas.query,
        response: { 200: schemas.list },
      },
      handler: (request) => reviews.of(request.params, request.query),
    });
    app.get('/practitioners/:practitionerId/reviews/statistics', {
      config: { policy: publicAccess },
      schema: { summary: 'Average, stars and tags', tags, params: schemas.practitionerParams, response: { 200: schemas.statistics } },
      handler: (request) => reviews.statistics(request.params),
    });
    app.get('/services/:serviceId/reviews', {
      config: { policy: publicAccess },
      schema: {
        summary: 'Reviews of a service',
        tags,
        params: schemas.serviceParams,
        querystring: schemas.query,
        response: { 200: schemas.list },
      },
      handler: (request) => reviews.of(request.params, request.query),
    });
    app.get('/services/:serviceId/reviews/statistics', {
      config: { policy: publicAccess },
      schema: {
        summary: 'Average, stars and tags of a service',
        tags,
        params: schemas.serviceParams,
        response: { 200: schemas.serviceStatistics },
      },
      handler: (request) => reviews.statistics(request.params),
    });
  };
}

function managementRoutes(reviews: Reviews): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/reviews', {
      config: { policy: manage },
      schema: { summary: 'Every review', tags, querystring: schemas.adminQuery, response: { 200: schemas.list } },
      handler: (request) => reviews.all(request.query),
    });
    app.put('/reviews/:id/visibility', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Hide or show a review', tags, params, body: schemas.visibility, response: { 200: schemas.reviewView } },
      handler: (request) => reviews.setHidden(request.params.id, request.body.hidden),
    });
    app.post('/review-tags', {
      config: { policy: manage, errors: ['already_exists'] },
      schema: { summary: 'Add a word', tags, body: schemas.newTag, response: { 200: schemas.tagView } },
      handler: (request) => reviews.addTag(request.body.name),
    });
    app.patch('/review-tags/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Offer a word or not', tags, params, body: schemas.tagChange, response: { 200: schemas.tagView } },
      handler: (request) => reviews.setTag(request.params.id, request.body.enabled),
    });
  };
}
