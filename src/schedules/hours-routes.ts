import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf } from '#src/plugins/policy.ts';
import { keep } from './routes.ts';
import * as schemas from './schemas.ts';
import type { Scheduling } from './service.ts';

const tags = ['schedules'];
const params = schemas.practitionerParams;
const errors = ['not_found', 'conflict', 'schedule_conflict'] as const;

/** Weekly hours. */
export function weeklyRoutes({ hours }: Pick<Scheduling, 'hours'>): FastifyPluginAsyncZod {
  return async (app) => {
    const response = { 200: schemas.ruleList };
    app.get('/practitioners/:id/work-rules', {
      config: { policy: keep, errors: ['not_found'] },
      schema: { summary: 'Weekly hours', tags, params, response },
      handler: (request) => hours.rules(callerOf(request), request.params.id),
    });

    app.post('/practitioners/:id/work-rules', {
      config: { policy: keep, errors: [...errors, 'limit_reached'], idempotent: 'day' },
      schema: { summary: 'Add weekly hours, all or none', tags, params, body: schemas.newRules, response },
      handler: (request) => hours.addRules(callerOf(request), request.params.id, request.body),
    });

    app.put('/practitioners/:id/work-rules/:ruleId', {
      config: { policy: keep, errors },
      schema: {
        summary: 'Change weekly hours; who is booked stays booked',
        tags,
        params: schemas.ruleParams,
        body: schemas.ruleChange,
        response,
      },
      handler: (request) => hours.changeRule(callerOf(request), request.params.id, request.params.ruleId, request.body),
    });

    app.delete('/practitioners/:id/work-rules/:ruleId', {
      config: { policy: keep, errors: ['not_found'] },
      schema: { summary: 'Take weekly hours away; who is booked stays booked', tags, params: schemas.ruleParams, response },
      handler: (request) => hours.removeRule(callerOf(request), request.params.id, request.params.ruleId),
    });
  };
}

/** Changes of single days. */
export function adjustmentRoutes({ hours }: Pick<Scheduling, 'hours'>): FastifyPluginAsyncZod {
  return async (app) => {
    const response = { 200: schemas.adjustmentList };
    app.get('/practitioners/:id/adjustments', {
      config: { policy: keep, errors: ['not_found'] },
      schema: { summary: 'Changes of single days', tags, params, querystring: schemas.adjustmentQuery, response },
      handler: (request) => hours.adjustments(callerOf(request), request.params.id, request.query),
    });

    app.post('/practitioners/:id/adjustments', {
      config: { policy: keep, errors: [...errors, 'limit_reached'], idempotent: 'day' },
      schema: {
        summary: 'Add extra, other or closed hours of single days, all or none; appointments in closed hours are moved or called off',
        tags,
        params,
        body: schemas.newAdjustments,
        response,
      },
      handler: (request) => hours.addAdjustments(callerOf(request), request.params.id, request.body),
    });

    app.put('/practitioners/:id/adjustments/:adjustmentId', {
      config: { policy: keep, errors },
      schema: { summary: 'Change what happens on a day', tags, params: schemas.adjustmentParams, body: schemas.adjustmentChange, response },
      handler: (request) => hours.changeAdjustment(callerOf(request), request.params.id, request.params.adjustmentId, request.body),
    });

    app.delete('/practitioners/:id/adjustments/:adjustmentId', {
      config: { policy: keep, errors: ['not_found', 'schedule_conflict'] },
      schema: { summary: 'Let a day be as usual', tags, params: schemas.adjustmentParams, response },
      handler: (request) => hours.removeAdjustment(callerOf(request), request.params.id, request.params.adjustmentId),
    });
  };
}
