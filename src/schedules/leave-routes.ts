import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as leave from './leave-schemas.ts';
import { keep } from './routes.ts';
import * as schemas from './schemas.ts';
import type { Scheduling } from './service.ts';

const tags = ['leave'];
const params = leave.leaveParams;
const response = { 200: leave.leaveView };
const manage = may('schedules:manage');
const decisionErrors = ['not_found', 'wrong_state', 'conflict', 'forbidden'] as const;

/** Leave of practitioners. */
export function leaveRoutes({ leaves }: Pick<Scheduling, 'leaves'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/practitioners/:id/leaves', {
      config: { policy: keep, errors: ['not_found', 'leave_overlaps'], idempotent: 'day' },
      schema: { summary: 'Ask for leave', tags, params: schemas.practitionerParams, body: leave.newLeave, response },
      handler: (request) => leaves.request(callerOf(request), request.params.id, request.body),
    });

    app.get('/leaves', {
      config: { policy: keep },
      schema: { summary: 'Leave, the latest first', tags, querystring: leave.leaveQuery, response: { 200: leave.leaveList } },
      handler: (request) => leaves.list(callerOf(request), request.query),
    });

    app.get('/leaves/:id', {
      config: { policy: keep, errors: ['not_found'] },
      schema: { summary: 'One leave, with how many appointments are in its time', tags, params, response },
      handler: (request) => leaves.get(callerOf(request), request.params.id),
    });

    app.post('/leaves/:id/approve', {
      config: { policy: manage, errors: decisionErrors },
      schema: { summary: 'Approve leave; appointments in its time are moved or called off', tags, params, body: leave.approval, response },
      handler: (request) => leaves.approve(callerOf(request), request.params.id, request.body),
    });

    app.post('/leaves/:id/reject', {
      config: { policy: manage, errors: decisionErrors },
      schema: { summary: 'Reject leave, with a reason', tags, params, body: leave.rejection, response },
      handler: (request) => leaves.reject(callerOf(request), request.params.id, request.body),
    });

    app.post('/leaves/:id/withdraw', {
      config: { policy: keep, errors: ['not_found', 'wrong_state', 'conflict'] },
      schema: { summary: 'Withdraw leave; its time is open again', tags, params, response },
      handler: (request) => leaves.withdraw(callerOf(request), request.params.id),
    });
  };
}
