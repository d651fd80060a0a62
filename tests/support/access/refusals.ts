/**
 * Answers that routes declare and the matrix does not come by: what is taken, stale, unknown, or away. Each with what has to
 * come before it; all of it is undone afterwards.
 */
import { randomUUID } from 'node:crypto';
import type { RoomErrorCode } from '#rooms/errors.ts';
import type { Method, TestApp } from '../app.ts';
import { dataOf } from '../people.ts';
import { asPerson } from './identities.ts';
import type { World } from './world.ts';

/** A call and the status that it must come to; an error's code with it. */
export interface Refusal {
  /** Name of the identity that asks. */
  who: string;
  method: Method;
  /** Below `/api/v1`. */
  url: string;
  body?: unknown;
  answer: readonly [status: number, code: string | null];
  /** Done first. @returns what takes the place of `:id` */
  before?(): Promise<string | undefined>;
}

const NOBODY = '01a20089-7d06-73c8-978c-946fc11e3f21';
const range = 'from=2091-01-01T00:00:00.000Z&to=2091-01-05T00:00:00.000Z';

interface Scene {
  server: TestApp;
  /** Objects of side A. */
  of: Readonly<Record<string, string>>;
  /** Makes something as somebody. @returns its id */
  make(who: string, url: string, body?: unknown): Promise<string>;
}

export function refusalsOf(server: TestApp, world: World): Refusal[] {
  const tokens = new Map(world.identities.map(({ name, token }) => [name, token]));
  async function make(who: string, url: string, body?: unknown): Promise<string> {
    return dataOf(await server.call('POST', `/api/v1${url}`, tokens.get(who) ?? null, body)).id;
  }
  const scene: Scene = { server, of: world.objects.a, make };
  return [...people(scene), ...clinic(scene), ...schedules(scene), ...care(scene, world), ...rooms(scene), ...privacy(scene, world)];
}

const refused = (who: string, call: `${Method} /${string}`, status: number, code: string, more: Partial<Refusal> = {}): Refusal => {
  const [method, url] = call.split(' ') as [Method, string];
  return { who, method, url, answer: [status, code], ...more };
};

function people({ of }: Scene): Refusal[] {
  return [
    refused('administrator', `PATCH /users/${of['doctor']}`, 409, 'account_taken', { body: { account: 'matrix-streamer' } }),
    refused('administrator', `PATCH /users/${of['doctor']}`, 422, 'unknown_role', { body: { roles: ['nothing'] } }),
    refused('administrator', 'PATCH /roles/nurse', 422, 'unknown_role', { body: { parentKey: 'nothing' } }),
    refused('administrator', 'PATCH /menus/matrix', 422, 'unknown_menu', { body: { parentKey: 'nothing' } }),
  ];
}

function clinic({ of, make }: Scene): Refusal[] {
  const hospital = { name: '医院', address: '北京', longitude: 116.4, latitude: 39.9 };
  const medicine = { code: 'AML-5', name: '氨氯地平', ingredients: ['amlodipine'], specification: '5mg × 7', unit: '盒' };
  const rule = { kind: 'drug', ingredient: 'warfarin', against: 'aspirin', severity: 'mild', reasonZh: '慎', reasonEn: 'Care' };
  const content = { sections: [{ key: 'chief_complaint', text: '头痛' }] };
  return [
    refused('administrator', 'PATCH /hospitals/:id', 409, 'hospital_code_taken', {
      before: () => make('administrator', '/hospitals', { ...hospital, code: 'H-2' }),
      body: { code: 'H-1' },
    }),
    refused('pharmacist', 'POST /medicines', 409, 'already_exists', { body: medicine }),
    refused('pharmacist', 'PATCH /medicines/:id', 409, 'already_exists', {
      before: () => make('pharmacist', '/medicines', { ...medicine, code: 'AML-6' }),
      body: { code: 'AML-5' },
    }),
    refused('pharmacist', 'POST /contraindications', 409, 'already_exists', { body: rule }),
    refused('doctor-a', 'PATCH /templates/:id', 409, 'already_exists', {
      before: () => make('doctor-a', '/templates', { kind: 'record', name: 'Second', content }),
      body: { name: 'T' },
    }),
    refused('doctor-a', 'POST /templates/:id/prescribe', 409, 'wrong_state', {
      before: async () => of['template'],
      body: { patientId: of['patient'] },
    }),
    {
      ...refused('administrator', 'POST /announcements/:id/cancel', 200, ''),
      before: () => make('administrator', '/announcements', announcement),
      answer: [200, null],
    },
  ];
}

const announcement = { title: { zh: '安排', en: 'Plan' }, body: { zh: '内容', en: 'Text' }, audience: { roles: ['streamer'] } };

function schedules({ server, of, make }: Scene): Refusal[] {
  const { models } = server.database;
  const at = 'at=2091-01-01T01:00:00.000Z';
  const day = { name: '院庆', from: '2091-05-01', until: '2091-05-02' };
  const holiday = async () => {
    await server.call('POST', '/api/v1/holidays', server.people.administrator.token, { ...day, from: '2091-11-01', until: '2091-11-02' });
    return (await models.holidays.findOne({ where: { fromDate: '2091-11-01' } }))?.id;
  };
  return [
    refused('staff', `GET /practitioners/${NOBODY}/schedule?from=2091-01-01&until=2091-01-05`, 404, 'not_found'),
    refused('staff', `GET /practitioners/${NOBODY}/slots/explain?${at}`, 404, 'not_found'),
    refused('staff', `GET /practitioners/${of['practitioner']}/slots/explain?${at}&serviceId=${NOBODY}`, 422, 'unknown_service'),
    refused('staff', `GET /schedules/free?${range}&serviceId=${NOBODY}`, 422, 'unknown_service'),
    refused('staff', `GET /schedules/matches?serviceId=${NOBODY}`, 422, 'unknown_service'),
    refused('staff', 'PUT /holidays/:id', 409, 'already_exists', { before: holiday, body: day }),
    refused('staff', `PATCH /dispatches/${of['dispatch']}`, 422, 'unknown_user', { body: { version: 1, staffId: of['patient'] } }),
    refused('administrator', 'POST /jobs/:id/dismiss', 409, 'wrong_state', {
      async before() {
        await make('administrator', '/announcements', announcement);
        return (await models.outbox.findOne({ where: { state: 'ready' } }))?.id;
      },
    }),
  ];
}

function care({ of }: Scene, world: World): Refusal[] {
  const diagnoses = [{ system: 'ICD-10', code: 'I10', name: '高血压', primary: true }];
  const of7 = (medicineId: string | undefined) => [
    { medicineId, dose: 5, doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 7, quantity: 1 },
  ];
  const draft = { patientId: of['patient'], items: of7(of['medicine']) };
  // Of the other patient.
  const strange = { ...draft, profileId: world.objects.b['profile'] };
  return [
    refused('doctor-a', 'POST /prescriptions', 404, 'not_found', { body: { ...strange, diagnoses } }),
    refused('doctor-a', 'POST /prescriptions/check', 404, 'not_found', { body: strange }),
    refused('doctor-a', 'POST /prescriptions/check', 422, 'unknown_medicine', { body: { ...draft, items: of7(NOBODY) } }),
    refused('doctor-a', `POST /prescriptions/${of['prescription']}/cancel`, 409, 'conflict', { body: { version: 99, reason: '有误' } }),
    refused('patient-a', 'POST /reviews', 422, 'unknown_tag', {
      body: { appointmentId: of['done'], rating: 5, text: '很好', tagIds: [NOBODY] },
    }),
  ];
}

/** What rooms say when they cannot do it now. */
function rooms({ server, of }: Scene): Refusal[] {
  const away: [RoomErrorCode, number][] = [
    ['room_busy', 503],
    ['deadline', 504],
    ['stale_epoch', 409],
  ];
  const calls = { start: of['planned'], cancel: of['planned'], end: of['visit'], 'room/close': of['visit'] };
  const faults = Object.entries(calls).flatMap(([what, visit]) =>
    away.map(([code, status]) =>
      refused('doctor-a', `POST /consultations/${visit}/${what}`, status, code, {
        async before() {
          server.roomFaults.push(code);
          return undefined;
        },
      }),
    ),
  );
  return [
    // A room that is owned elsewhere is no reason not to close it.
    ...faults.filter(({ url, answer: [status] }) => !(url.endsWith('room/close') && status === 409)),
    refused('doctor-a', `POST /consultations/${of['planned']}/members/${of['member']}/restore`, 410, 'visit_ended', {
      async before() {
        await server.database.models.consultations.update({ cancelledAt: new Date() }, { where: { id: of['planned'] } });
        return undefined;
      },
    }),
  ];
}

function privacy({ server, of, make }: Scene, world: World): Refusal[] {
  const copy = () => make('patient-a', '/me/privacy/copies');
  const patient = asPerson(world.identities.find(({ name }) => name === 'patient-a')!);
  async function withdrawn(): Promise<string> {
    const id = await copy();
    dataOf(await server.call('DELETE', `/api/v1/me/privacy/requests/${id}`, patient.token));
    return id;
  }
  /** An erasure that was not carried out. */
  async function erasure(): Promise<string> {
    const id = randomUUID();
    await server.database.models.privacyRequests.create({
      ...{ id, userId: of['patient']!, kind: 'erase', state: 'withdrawn', openKey: null, requestedBy: of['patient']!, dueAt: new Date() },
      ...{ decidedBy: null, fileId: null, expiresAt: null, result: null, reasonSealed: null, identitySealed: null },
      ...{ finishedAt: null, releasedAt: null },
    });
    return id;
  }
  return [
    refused('patient-a', 'POST /me/privacy/copies/:id/link', 409, 'wrong_state', { before: copy }),
    refused('administrator', 'POST /privacy/requests/:id/link', 409, 'wrong_state', { before: copy }),
    refused('administrator', 'POST /privacy/requests/:id/refuse', 409, 'wrong_state', { before: withdrawn, body: { reason: '已撤回' } }),
    refused('administrator', 'POST /privacy/requests/:id/identity', 409, 'wrong_state', { before: erasure }),
  ];
}
