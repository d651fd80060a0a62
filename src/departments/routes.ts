import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { may, publicAccess } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Departments } from './service.ts';

const tags = ['departments'];
const manage = may('departments:manage');
const params = schemas.departmentParams;
const response = { 200: schemas.departmentView };

export function departmentRoutes(departments: Departments): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/departments', {
      config: { policy: publicAccess, shared: 0 },
      schema: {
        summary: 'Departments that take bookings',
        tags,
        querystring: schemas.departmentQuery,
        response: { 200: schemas.departmentList },
      },
      handler: (request) => departments.list(request.query),
    });

    app.get('/departments/all', {
      config: { policy: manage },
      schema: {
        summary: 'All departments, disabled ones too',
        tags,
        querystring: schemas.allDepartmentsQuery,
        response: { 200: schemas.departmentList },
      },
      handler: (request) => departments.listAll(request.query),
    });

    app.get('/departments/:id', {
      config: { policy: publicAccess, shared: 0, errors: ['not_found'] },
      schema: { summary: 'One department', tags, params, response },
      handler: (request) => departments.get(request.params.id),
    });

    app.post('/departments', {
      config: { policy: manage, errors: ['department_code_taken'], idempotent: 'day' },
      schema: { summary: 'Add a department', tags, body: schemas.newDepartment, response },
      handler: (request) => departments.create(request.body),
    });

    app.patch('/departments/:id', {
      config: { policy: manage, errors: ['not_found', 'department_code_taken'] },
      schema: { summary: 'Change a department', tags, params, body: schemas.departmentChanges, response },
      handler: (request) => departments.update(request.params.id, request.body),
    });

    for (const [verb, enabled] of [['enable', true] as const, ['disable', false] as const]) {
      app.post(`/departments/:id/${verb}`, {
        config: { policy: manage, errors: ['not_found'] },
        schema: { summary: enabled ? 'Show a department again' : 'Hide a department and stop its bookings', tags, params, response },
        handler: (request) => departments.enable(request.params.id, enabled),
      });
    }

    app.delete('/departments/:id', {
      config: { policy: manage, errors: ['not_found', 'in_use'] },
      schema: { summary: 'Delete a department that nobody belongs to', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await departments.remove(request.params.id);
        return {};
      },
    });
  };
}
