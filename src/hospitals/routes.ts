import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { may, publicAccess } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Hospitals } from './service.ts';

const tags = ['hospitals'];
const manage = may('departments:manage');
const params = schemas.hospitalParams;

export function hospitalRoutes(hospitals: Hospitals): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/hospitals', {
      config: { policy: publicAccess, shared: 0 },
      schema: { summary: 'Hospitals', tags, querystring: schemas.hospitalQuery, response: { 200: schemas.hospitalList } },
      handler: (request) => hospitals.list(request.query),
    });

    app.get('/hospitals/nearby', {
      config: { policy: publicAccess },
      schema: {
        summary: 'Hospitals around a place, the closest first',
        tags,
        querystring: schemas.nearbyQuery,
        response: { 200: schemas.nearbyList },
      },
      handler: (request) => hospitals.nearby(request.query),
    });

    app.get('/hospitals/:id', {
      config: { policy: publicAccess, shared: 0, errors: ['not_found'] },
      schema: { summary: 'One hospital', tags, params, response: { 200: schemas.hospitalView } },
      handler: (request) => hospitals.get(request.params.id),
    });

    app.get('/hospitals/:id/departments', {
      config: { policy: publicAccess, shared: 0, errors: ['not_found', 'partner_unavailable'] },
      schema: { summary: 'Departments that the hospital’s own system names', tags, params, response: { 200: schemas.externalDepartments } },
      handler: (request) => hospitals.departments(request.params.id),
    });

    app.get('/hospitals/:id/practitioners', {
      config: { policy: publicAccess, shared: 0, errors: ['not_found', 'partner_unavailable'] },
      schema: {
        summary: 'Practitioners that the hospital’s own system names',
        tags,
        params,
        querystring: schemas.practitionersQuery,
        response: { 200: schemas.externalPractitioners },
      },
      handler: (request) => hospitals.practitioners(request.params.id, request.query.departmentCode),
    });
  };
}

export function hospitalAdminRoutes(hospitals: Hospitals): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/hospitals/all', {
      config: { policy: manage },
      schema: {
        summary: 'All hospitals, disabled ones too',
        tags,
        querystring: schemas.allHospitalsQuery,
        response: { 200: schemas.fullHospitalList },
      },
      handler: (request) => hospitals.listAll(request.query),
    });

    app.post('/hospitals', {
      config: { policy: manage, errors: ['hospital_code_taken', 'unknown_system'], idempotent: 'day' },
      schema: { summary: 'Add a hospital', tags, body: schemas.newHospital, response: { 200: schemas.fullHospitalView } },
      handler: (request) => hospitals.create(request.body),
    });

    app.patch('/hospitals/:id', {
      config: { policy: manage, errors: ['not_found', 'hospital_code_taken', 'unknown_system'] },
      schema: { summary: 'Change a hospital', tags, params, body: schemas.hospitalChanges, response: { 200: schemas.fullHospitalView } },
      handler: (request) => hospitals.update(request.params.id, request.body),
    });

    app.delete('/hospitals/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Delete a hospital', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await hospitals.remove(request.params.id);
        return {};
      },
    });
  };
}
