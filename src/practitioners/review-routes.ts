import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import type { PractitionerPhotos } from './photos.ts';
import type { PractitionerReviews } from './reviews.ts';
import * as schemas from './schemas.ts';

const tags = ['practitioners'];
const own = may('practitioners:apply', { objects: 'the own profile', all: 'practitioners:manage' });
const review = may('practitioners:review');
const params = schemas.practitionerParams;
const response = { 200: schemas.fullPractitionerView };

export function practitionerReviewRoutes(reviews: PractitionerReviews): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/practitioners/:id/submit', {
      config: { policy: own, errors: ['not_found', 'wrong_state', 'conflict'] },
      schema: { summary: 'Hand a profile in for review', tags, params, response },
      handler: (request) => reviews.submit(callerOf(request), request.params.id),
    });

    app.post('/practitioners/:id/approve', {
      config: { policy: review, errors: ['not_found', 'wrong_state', 'conflict'] },
      schema: { summary: 'Approve a profile that was handed in', tags, params, body: schemas.approval, response },
      handler: (request) => reviews.approve(callerOf(request), request.params.id, request.body.version),
    });

    app.post('/practitioners/:id/reject', {
      config: { policy: review, errors: ['not_found', 'wrong_state', 'conflict'] },
      schema: { summary: 'Send a profile back with a reason', tags, params, body: schemas.rejection, response },
      handler: (request) => reviews.reject(callerOf(request), request.params.id, request.body.version, request.body.reason),
    });

    app.get('/practitioners/:id/qualification-reviews', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: {
        summary: 'Steps of the review, for the owner and for reviewers',
        tags,
        params,
        response: { 200: schemas.reviewHistory },
      },
      handler: (request) => reviews.history(callerOf(request), request.params.id),
    });
  };
}

export function practitionerPhotoRoutes(photos: PractitionerPhotos): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/practitioners/:id/photos', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: {
        summary: 'Photos of a practitioner; licence and ID card for the owner and for reviewers only',
        tags,
        params,
        response: { 200: schemas.photoList },
      },
      handler: (request) => photos.list(callerOf(request), request.params.id),
    });

    app.post('/practitioners/:id/photos', {
      config: { policy: own, errors: ['not_found', 'already_exists', 'limit_reached', 'unknown_file'] },
      schema: { summary: 'Add an uploaded image', tags, params, body: schemas.newPhoto, response: { 200: schemas.photoView } },
      handler: (request) => photos.add(callerOf(request), request.params.id, request.body),
    });

    app.delete('/practitioners/:id/photos/:photoId', {
      config: { policy: own, errors: ['not_found'] },
      schema: { summary: 'Take a photo away', tags, params: schemas.photoParams, response: { 200: nothing } },
      handler: async (request) => {
        await photos.remove(callerOf(request), request.params.id, request.params.photoId);
        return {};
      },
    });
  };
}
