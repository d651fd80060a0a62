import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Admissions } from './service.ts';
import type { Wards } from './wards.ts';

const tags = ['inpatients'];
const manage = may('inpatients:manage', { objects: 'stays of own patients, and with `patients:read-all` of everybody' });
/** The service lets patients see their own stays, and practitioners those of their patients. */
const see = { ...signedIn, objects: 'own stays, and those of own patients' };
const params = schemas.idParams;
const response = { 200: schemas.admissionView };
const changeErrors = ['not_found', 'wrong_state', 'conflict'] as const;

export function admissionRoutes(admissions: Admissions): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/admissions', {
      config: {
        policy: may('inpatients:manage', { objects: 'own patients' }),
        errors: ['not_your_patient', 'unknown_profile', 'unknown_bed', 'unknown_practitioner', 'bed_taken', 'already_admitted'],
        idempotent: 'day',
      },
      schema: { summary: 'Admit an own patient to a bed', tags, body: schemas.newAdmission, response: { 200: schemas.admissionHead } },
      handler: (request) => admissions.admit(callerOf(request), request.body),
    });

    app.get('/admissions', {
      config: { policy: may('inpatients:manage', { objects: 'stays of own patients', all: 'patients:read-all' }) },
      schema: {
        summary: 'Stays of own patients, newest first',
        tags,
        querystring: schemas.admissionQuery,
        response: { 200: schemas.admissionList },
      },
      handler: (request) => admissions.list(callerOf(request), request.query),
    });

    app.get('/admissions/:id', {
      config: { policy: see, errors: ['not_found'] },
      schema: { summary: 'One stay', tags, params, response },
      handler: (request) => admissions.get(callerOf(request), request.params.id),
    });

    app.get('/admissions/:id/log', {
      config: { policy: see, errors: ['not_found'] },
      schema: { summary: 'Beds and attending doctors of a stay over time', tags, params, response: { 200: schemas.admissionLog } },
      handler: (request) => admissions.history(callerOf(request), request.params.id),
    });

    app.post('/admissions/:id/move', {
      config: { policy: manage, errors: [...changeErrors, 'unknown_bed', 'bed_taken'] },
      schema: { summary: 'Move a patient to another bed', tags, params, body: schemas.move, response },
      handler: (request) => admissions.move(callerOf(request), request.params.id, request.body),
    });

    app.post('/admissions/:id/hand-over', {
      config: { policy: manage, errors: [...changeErrors, 'unknown_practitioner'] },
      schema: { summary: 'Change the attending doctor', tags, params, body: schemas.handOver, response },
      handler: (request) => admissions.handOver(callerOf(request), request.params.id, request.body),
    });

    app.post('/admissions/:id/discharge', {
      config: { policy: manage, errors: [...changeErrors] },
      schema: { summary: 'Discharge a patient', tags, params, body: schemas.discharge, response },
      handler: (request) => admissions.discharge(callerOf(request), request.params.id, request.body),
    });
  };
}

export function wardRoutes(wards: Wards): FastifyPluginAsyncZod {
  const policy = may('inpatients:manage', { all: 'departments:manage' });
  const change = may('departments:manage');
  const ward = { 200: schemas.wardView };
  return async (app) => {
    app.get('/wards', {
      config: { policy },
      schema: { summary: 'Wards with their occupancy', tags, querystring: schemas.wardQuery, response: { 200: schemas.wardList } },
      handler: (request) => wards.list(request.query),
    });

    app.post('/wards', {
      config: { policy: change, errors: ['ward_code_taken', 'unknown_department'], idempotent: 'day' },
      schema: { summary: 'Add a ward', tags, body: schemas.newWard, response: ward },
      handler: (request) => wards.create(request.body),
    });

    app.patch('/wards/:id', {
      config: { policy: change, errors: ['not_found', 'ward_code_taken', 'unknown_department'] },
      schema: { summary: 'Change a ward', tags, params, body: schemas.wardChanges, response: ward },
      handler: (request) => wards.update(request.params.id, request.body),
    });

    app.get('/wards/:id/beds', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'Beds of a ward', tags, params, response: { 200: schemas.bedList } },
      handler: (request) => wards.beds(request.params.id),
    });

    app.post('/wards/:id/beds', {
      config: { policy: change, errors: ['not_found', 'bed_label_taken'], idempotent: 'day' },
      schema: { summary: 'Add a bed', tags, params, body: schemas.newBed, response: { 200: schemas.bedView } },
      handler: (request) => wards.addBed(request.params.id, request.body),
    });

    app.patch('/beds/:id', {
      config: { policy: change, errors: ['not_found', 'bed_label_taken', 'bed_taken'] },
      schema: {
        summary: 'Change a bed, or take it out of use',
        tags,
        params,
        body: schemas.bedChanges,
        response: { 200: schemas.bedView },
      },
      handler: (request) => wards.updateBed(request.params.id, request.body),
    });
  };
}
