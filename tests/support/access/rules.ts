/**
 * Who may do what, as it is meant: read by people, compared with the server by `access-matrix.test.ts`. Nothing here comes from
 * the code under test. A route without a line fails the test.
 *
 * A line lets kinds of people in: `all` to everybody's objects, `own` to those of their side. `strangers` hold the permission too,
 * but nothing of what is asked for is theirs; they and owners at the other side's objects get `refusal`. Everybody else gets 403:
 * who may not at all, and who may know of it but not do it.
 */
import type { Kind } from './identities.ts';

export interface Rule {
  open?: 'anybody' | 'identified';
  all?: readonly Kind[];
  own?: readonly Kind[];
  strangers?: readonly Kind[];
  refusal?: 403 | 404 | 422;
  /** The call is right, but cannot succeed here, for the reason given. */
  outcome?: Outcome;
  /** The same for some of those who are let in. */
  outcomes?: Partial<Record<Kind, Outcome>>;
}

interface Outcome {
  status: number;
  why: string;
}

type Lines = Record<string, Rule>;

/** Signed-in people of every kind. */
const everyone: readonly Kind[] = ['patient', 'doctor', 'newDoctor', 'counselor', 'pharmacist', 'streamer', 'staff', 'administrator'];
const doctors: readonly Kind[] = ['doctor', 'newDoctor'];
const practitioners: readonly Kind[] = [...doctors, 'counselor'];
const administrator: readonly Kind[] = ['administrator'];
const desk: readonly Kind[] = ['staff', 'administrator'];
const pharmacy: readonly Kind[] = ['pharmacist', 'administrator'];

const lines = (rule: Rule, routes: readonly string[]): Lines => Object.fromEntries(routes.map((route) => [route, rule]));

/** For everybody on the net. */
const open = lines({ open: 'anybody' }, [
  ...['GET /health/live', 'GET /health/ready', 'GET /info', 'GET /media/capabilities'],
  ...['POST /auth/register', 'POST /auth/login', 'POST /auth/refresh', 'POST /auth/sms-code', 'GET /auth/providers'],
  ...[
    'GET /services',
    'GET /practitioners/{id}/slots',
    'GET /appointments/available-slots',
    'GET /schedules/free',
    'GET /schedules/matches',
  ],
  ...['GET /holidays', 'GET /practitioners/{practitionerId}/reviews', 'GET /practitioners/{practitionerId}/reviews/statistics'],
  ...['GET /deprecations', 'GET /services/{serviceId}/reviews', 'GET /services/{serviceId}/reviews/statistics'],
  ...['GET /review-tags', 'GET /prescription-proofs/{code}', 'GET /departments', 'GET /departments/{id}', 'GET /practitioners'],
  'GET /clinic',
  ...['GET /practitioners/specialities', 'GET /practitioners/{id}', 'GET /users/{userId}/practitioner', 'GET /hospitals'],
  ...['GET /hospitals/nearby', 'GET /hospitals/{id}', 'GET /hospitals/{id}/departments', 'GET /hospitals/{id}/practitioners'],
]);
const openElsewhere: Lines = {
  'POST /auth/password/reset': { open: 'anybody', outcome: { status: 401, why: 'nobody was sent this code' } },
  ...lines({ open: 'anybody', outcome: { status: 404, why: 'no such provider is configured' } }, [
    ...['POST /auth/providers/{provider}/start', 'POST /auth/providers/{provider}/finish', 'POST /auth/providers/{provider}/mini-program'],
  ]),
  'POST /messages/receipts/{provider}/{key}': { open: 'anybody', outcome: { status: 404, why: 'no such provider is configured' } },
  'POST /payments/notify/{gateway}': { open: 'anybody', outcome: { status: 404, why: 'no such partner is configured' } },
  'GET /files/{id}/content': { open: 'anybody', outcome: { status: 404, why: 'only its signed address opens a private file' } },
  'GET /demo/inbox': { open: 'anybody', outcome: { status: 403, why: 'the request does not come from the own network' } },
};
const identified = lines({ open: 'identified' }, ['GET /network-test/download', 'POST /network-test/upload', 'GET /auth/session']);

/** For whoever has an account: their own things, without an id in the address. */
const personal = lines({ all: everyone }, [
  ...['POST /auth/logout', 'GET /auth/sessions', 'DELETE /auth/sessions', 'GET /auth/logins', 'GET /auth/identities', 'POST /auth/step-up'],
  ...[
    'PUT /auth/password',
    'GET /users/me',
    'PATCH /users/me',
    'GET /users/me/following',
    'GET /users/me/followers',
    'GET /menus/mine',
    'GET /home',
  ],
  ...['DELETE /users/{id}/follow', 'GET /services/{id}/quote', 'GET /practitioners/{id}/slots/explain'],
  ...['GET /notifications', 'GET /notifications/unread', 'POST /notifications/read', 'GET /notifications/preferences'],
  ...['PATCH /notifications/preferences', 'GET /practitioners/recommendations', 'GET /practitioners/{id}/photos', 'GET /dispatches'],
]);
const personalElsewhere: Lines = {
  'PUT /users/{id}/follow': { all: everyone, outcomes: { streamer: { status: 404, why: 'nobody follows themselves' } } },
  'PUT /auth/phone': { all: everyone, outcome: { status: 401, why: 'nobody was sent this code' } },
  'POST /auth/step-up/code': {
    all: everyone,
    outcomes: Object.fromEntries(
      everyone.filter((kind) => kind !== 'patient').map((kind) => [kind, { status: 409, why: 'they have no phone' }]),
    ),
  },
  ...lines({ all: everyone, outcome: { status: 404, why: 'no such provider is configured' } }, [
    ...['POST /auth/identities/{provider}/start', 'POST /auth/identities/{provider}/finish'],
  ]),
  ...lines({ own: ['patient'], strangers: everyone, refusal: 404 }, [
    ...['DELETE /auth/sessions/{id}', 'DELETE /auth/identities/{id}', 'POST /notifications/{id}/read', 'DELETE /notifications/{id}'],
  ]),
};

const people: Lines = {
  // Those whom nobody has reviewed find nobody by name.
  'GET /users': { all: ['doctor', 'counselor', 'staff', 'administrator'], strangers: ['newDoctor'], refusal: 403 },
  ...lines({ own: ['patient'], all: desk, strangers: everyone, refusal: 404 }, ['GET /users/{id}']),
  'PATCH /users/{id}': { own: ['patient'], all: administrator, strangers: everyone.filter((kind) => kind !== 'staff'), refusal: 404 },
  ...lines({ all: desk }, [
    ...['GET /users/{id}/behavior', 'GET /user-tags', 'GET /users/{id}/following', 'GET /users/{id}/followers'],
    ...['GET /roles', 'GET /roles/{key}', 'GET /roles/{key}/users', 'GET /users/{id}/roles'],
  ]),
  ...lines({ all: administrator }, [
    ...['POST /users', 'POST /users/delete', 'PUT /users/{id}/status', 'PUT /users/{id}/membership', 'POST /users/{id}/lock'],
    ...['POST /users/{id}/unlock', 'PUT /users/{id}/password', 'DELETE /users/{id}/sessions', 'GET /users/export'],
    ...['POST /user-tags', 'PATCH /user-tags/{id}', 'DELETE /user-tags/{id}', 'PUT /users/{id}/tags', 'GET /permissions', 'POST /roles'],
    ...['PATCH /roles/{key}', 'DELETE /roles/{key}', 'PUT /roles/{key}/users/{userId}', 'DELETE /roles/{key}/users/{userId}'],
    ...['PUT /users/{id}/roles', 'GET /menus', 'POST /menus', 'PATCH /menus/{key}', 'DELETE /menus/{key}'],
    ...['GET /users/{id}/balance', 'GET /users/{id}/balance/transactions', 'POST /users/{id}/balance/top-ups'],
    ...['POST /users/{id}/balance/adjustments'],
  ]),
  'DELETE /users/{id}': { all: administrator, outcome: { status: 409, why: 'records refer to the person' } },
};

/** What the clinic itself is run with. */
const running: Lines = {
  ...lines({ all: administrator }, [
    ...['GET /logs/medical', 'GET /logs/medical/{patientId}/verdict', 'GET /logs/operations', 'GET /logs/changes', 'GET /logs/security'],
    ...['GET /cluster/nodes', 'GET /cluster/rooms', 'GET /cluster/queues'],
    ...['GET /messages/receipts', 'GET /api-keys', 'POST /api-keys', 'GET /jobs', 'GET /jobs/statistics', 'GET /caches'],
    ...[
      'POST /caches/{name}/clear',
      'GET /caches/{name}/keys',
      'DELETE /caches/{name}/keys/{key}',
      'GET /logs/operations/statistics',
      'GET /integrity',
      'POST /integrity/repair',
    ],
    ...['GET /logs/logins', 'GET /settings', 'PUT /settings/{key}', 'GET /settings/{key}/history'],
    ...['GET /partner-accounts', 'PUT /partner-accounts/{name}', 'GET /partner-accounts/{name}/history'],
    ...['POST /messages/deliveries/{id}/resend', 'GET /messages/templates', 'PUT /messages/templates/{name}/{locale}'],
    ...['DELETE /messages/templates/{name}/{locale}', 'PUT /messages/templates/{name}/{locale}/codes/{provider}'],
    ...['DELETE /messages/templates/{name}/{locale}/codes/{provider}', 'GET /files/statistics'],
    ...['PUT /files/{id}/state', 'POST /services', 'GET /services/all'],
    ...['PATCH /services/{id}', 'GET /services/{id}/prices', 'POST /services/{id}/prices', 'DELETE /services/{id}/prices/{priceId}'],
    ...['GET /payment-gateways', 'PUT /payment-gateways/{channel}', 'GET /payment-gateways/{channel}/history'],
    ...['POST /departments', 'GET /departments/all'],
    ...['PATCH /departments/{id}', 'DELETE /departments/{id}', 'POST /departments/{id}/enable', 'POST /departments/{id}/disable'],
    ...['POST /hospitals', 'PATCH /hospitals/{id}', 'DELETE /hospitals/{id}', 'GET /hospitals/all', 'POST /wards', 'PATCH /wards/{id}'],
    ...['POST /wards/{id}/beds', 'PATCH /beds/{id}'],
  ]),
  ...lines({ all: desk }, [
    ...[
      'GET /messages/statistics/periods',
      'GET /messages/deliveries',
      'GET /messages/statistics',
      'POST /announcements',
      'GET /announcements',
      'GET /announcements/{id}',
    ],
    ...[
      'GET /holidays/coverage',
      'POST /holidays',
      'POST /holidays/import',
      'PUT /holidays/{id}',
      'DELETE /holidays/{id}',
      'POST /makeup-days',
    ],
    ...['DELETE /makeup-days/{id}', 'GET /reviews', 'PUT /reviews/{id}/visibility', 'POST /review-tags', 'PATCH /review-tags/{id}'],
  ]),
  ...lines({ all: administrator, outcome: { status: 404, why: 'there is no such job' } }, [
    'POST /jobs/{id}/retry',
    'POST /jobs/{id}/dismiss',
  ]),
  ...lines({ all: administrator }, ['GET /privacy/requests', 'POST /privacy/requests', 'GET /privacy/holds', 'POST /privacy/holds']),
  ...lines({ all: administrator, outcome: { status: 404, why: 'there is no such request or hold' } }, [
    ...['POST /privacy/requests/{id}/hasten', 'POST /privacy/requests/{id}/refuse', 'POST /privacy/requests/{id}/link'],
    ...['POST /privacy/requests/{id}/identity', 'DELETE /privacy/holds/{id}'],
  ]),
  ...lines({ all: everyone }, ['GET /me/privacy', 'POST /me/privacy/copies']),
  'POST /me/privacy/erasures': { all: everyone, outcome: { status: 409, why: 'there are open visits, and staff is not erased' } },
  ...lines({ all: everyone, outcome: { status: 404, why: 'there is no such request' } }, [
    ...['POST /me/privacy/copies/{id}/link', 'DELETE /me/privacy/requests/{id}'],
  ]),
  ...lines({ all: administrator, outcome: { status: 404, why: 'there is no such node or open room' } }, [
    ...['POST /cluster/nodes/{id}/drain', 'POST /cluster/nodes/{id}/undrain', 'POST /cluster/rooms/{id}/move'],
  ]),
  'DELETE /api-keys/{id}': { all: administrator, outcome: { status: 404, why: 'there is no such key' } },
  'POST /announcements/{id}/cancel': { all: desk, outcome: { status: 409, why: 'everybody has been told' } },
  ...lines({ all: [...practitioners, 'administrator'] }, ['GET /wards', 'GET /wards/{id}/beds']),
  ...lines({ all: [...doctors, ...pharmacy] }, ['GET /medicines', 'GET /medicines/{id}', 'GET /contraindications']),
  ...lines({ all: pharmacy }, ['POST /medicines', 'PATCH /medicines/{id}', 'POST /contraindications', 'PATCH /contraindications/{id}']),
};

const visits: Lines = {
  ...lines({ all: [...practitioners, 'administrator'] }, [
    ...['POST /consultations', 'GET /consultations/statistics', 'GET /consultations/statistics/practitioners', 'GET /dashboard'],
  ]),
  ...lines({ all: ['patient', ...practitioners, 'administrator'] }, [...['GET /consultations', 'GET /rooms', 'GET /messages/unread']]),
  ...lines({ own: ['patient', 'doctor'], strangers: [...practitioners, 'administrator'], refusal: 403 }, [
    ...[
      'GET /consultations/{id}',
      'GET /consultations/{id}/review',
      'GET /consultations/{id}/messages',
      'PUT /consultations/{id}/messages/read',
    ],
  ]),
  ...lines({ own: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 403 }, [
    ...[
      'POST /consultations/{id}/start',
      'POST /consultations/{id}/room/close',
      'POST /consultations/{id}/end',
      'POST /consultations/{id}/cancel',
      'GET /consultations/{id}/room',
      'GET /consultations/{id}/members',
    ],
    ...['POST /consultations/{id}/invitations', 'POST /consultations/{id}/members/{memberId}/restore'],
  ]),
};

const recordings: Lines = {
  'GET /consultations/{id}/recordings': { own: ['patient', 'doctor'], all: administrator, strangers: practitioners, refusal: 403 },
  'GET /recordings/{id}': { own: ['patient', 'doctor'], all: administrator, strangers: practitioners, refusal: 404 },
  'POST /recordings/{id}/link': {
    ...{ own: ['patient', 'doctor'], all: administrator, strangers: practitioners, refusal: 404 },
    outcome: { status: 409, why: 'nothing was recorded' },
  },
  'POST /recordings/{id}/compose': {
    ...{ own: ['doctor'], all: administrator, strangers: practitioners, refusal: 404 },
    outcome: { status: 409, why: 'nothing has failed' },
  },
  'DELETE /recordings/{id}': {
    ...{ own: ['doctor'], all: administrator, strangers: practitioners, refusal: 404 },
    outcome: { status: 409, why: 'it has to be kept' },
  },
};

const appointments: Lines = {
  ...lines({ own: ['patient'], strangers: administrator, refusal: 404 }, ['POST /appointments']),
  ...lines({ own: ['patient'], strangers: [...practitioners, 'administrator'], refusal: 404 }, [
    'POST /queue',
    'DELETE /queue/{appointmentId}',
  ]),
  ...lines({ all: ['patient', ...practitioners, ...desk] }, ['GET /appointments']),
  ...lines({ own: ['patient', 'doctor'], all: desk, strangers: practitioners, refusal: 404 }, [
    ...['GET /appointments/{id}', 'PATCH /appointments/{id}', 'POST /appointments/{id}/cancel', 'GET /appointments/{id}/calendar'],
  ]),
  ...lines({ own: ['doctor'], all: desk, strangers: practitioners, refusal: 404 }, [
    ...['POST /appointments/{id}/start', 'POST /appointments/{id}/complete', 'POST /appointments/{id}/absence'],
  ]),
  ...lines({ all: ['patient', ...practitioners, 'administrator'] }, ['GET /queue/mine']),
  'GET /queue/line': { all: ['doctor', 'newDoctor', 'counselor'], strangers: administrator, refusal: 404 },
  'POST /queue/next': { all: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 404 },
  ...lines({ own: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 404 }, [
    ...['POST /queue/{appointmentId}/call', 'PUT /queue/{appointmentId}/priority'],
  ]),
  ...lines({ own: ['patient'], strangers: administrator, refusal: 404 }, ['POST /reviews']),
  ...lines({ all: ['patient', 'administrator'] }, ['GET /reviews/mine']),
  ...lines({ own: ['patient', 'doctor'], strangers: [...practitioners, 'administrator'], refusal: 404 }, ['GET /appointments/{id}/review']),
  ...lines({ own: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 404 }, ['POST /reviews/{id}/reply']),
};

/** Hours of practitioners, and tasks. */
const schedules: Lines = {
  ...lines({ own: ['doctor'], all: desk, strangers: practitioners, refusal: 403 }, [
    ...['GET /practitioners/{id}/schedule', 'PUT /practitioners/{id}/slot-state', 'GET /practitioners/{id}/work-rules'],
    ...['POST /practitioners/{id}/work-rules', 'PUT /practitioners/{id}/work-rules/{ruleId}'],
    ...['DELETE /practitioners/{id}/work-rules/{ruleId}', 'GET /practitioners/{id}/adjustments', 'POST /practitioners/{id}/adjustments'],
    ...['PUT /practitioners/{id}/adjustments/{adjustmentId}', 'DELETE /practitioners/{id}/adjustments/{adjustmentId}'],
    ...['POST /practitioners/{id}/leaves'],
  ]),
  'GET /leaves': { all: [...practitioners, ...desk] },
  ...lines({ own: ['doctor'], all: desk, strangers: practitioners, refusal: 404 }, ['GET /leaves/{id}', 'POST /leaves/{id}/withdraw']),
  ...lines({ all: desk }, ['POST /leaves/{id}/approve', 'POST /leaves/{id}/reject']),
  ...lines({ all: desk }, ['POST /dispatches', 'PATCH /dispatches/{id}', 'POST /dispatches/{id}/cancel']),
  ...lines({ own: ['doctor'], all: desk, strangers: everyone, refusal: 404 }, ['GET /dispatches/{id}', 'POST /dispatches/{id}/finish']),
};

const practice: Lines = {
  'POST /practitioners': {
    all: [...practitioners, 'administrator'],
    outcome: { status: 409, why: 'a person has one profile, and all of them have theirs' },
    outcomes: {
      counselor: { status: 422, why: 'the profile asked for is a doctor’s' },
      administrator: { status: 422, why: 'the profile asked for is a doctor’s' },
    },
  },
  'GET /practitioners/me': { all: practitioners, strangers: administrator, refusal: 404 },
  'GET /practitioners/all': { all: administrator },
  ...lines({ own: ['doctor'], all: administrator, strangers: practitioners, refusal: 403 }, [
    ...['PATCH /practitioners/{id}', 'DELETE /practitioners/{id}/photos/{photoId}'],
  ]),
  'POST /practitioners/{id}/photos': {
    ...{ own: ['doctor'], all: administrator, strangers: practitioners, refusal: 403 },
    outcomes: { administrator: { status: 422, why: 'the picture is not theirs' } },
  },
  'POST /practitioners/{id}/submit': {
    ...{ own: ['doctor'], all: administrator, strangers: practitioners, refusal: 403 },
    outcome: { status: 409, why: 'it is approved already' },
  },
  ...lines({ all: administrator }, ['POST /practitioners/{id}/enable', 'POST /practitioners/{id}/disable']),
  'DELETE /practitioners/{id}': { all: administrator, outcome: { status: 409, why: 'appointments refer to it' } },
  ...lines({ all: administrator, outcome: { status: 409, why: 'it is approved already' } }, [
    ...['POST /practitioners/{id}/approve', 'POST /practitioners/{id}/reject'],
  ]),
  ...lines({ own: ['doctor'], all: administrator, strangers: everyone, refusal: 404 }, [
    ...['GET /practitioners/{id}/full', 'GET /practitioners/{id}/qualification-reviews'],
  ]),
};

const files: Lines = {
  ...lines({ all: everyone }, ['POST /files', 'GET /files', 'GET /files/categories', 'GET /files/usage']),
  ...lines({ own: ['patient'], all: administrator, strangers: everyone, refusal: 404 }, [
    ...['GET /files/{id}', 'PATCH /files/{id}', 'DELETE /files/{id}'],
  ]),
};

const money: Lines = {
  ...lines({ all: ['patient', ...desk] }, ['GET /orders']),
  ...lines({ own: ['patient'], all: desk, refusal: 404 }, [
    ...['GET /orders/{id}', 'GET /orders/{id}/payments', 'GET /payments/{id}', 'POST /payments/{id}/check'],
  ]),
  ...lines({ own: ['patient'], strangers: administrator, refusal: 404 }, [
    ...['POST /orders/{id}/cancel', 'POST /orders/{id}/payments', 'POST /payments/{id}/close'],
    ...['POST /orders/{id}/refunds'],
  ]),
  ...lines({ all: ['patient', 'administrator'] }, ['GET /payment-methods', 'GET /refunds', 'GET /balance', 'GET /balance/transactions']),
  ...lines({ all: desk }, ['GET /payments', 'GET /payments/statistics']),
  ...lines({ own: ['patient'], all: administrator, refusal: 404 }, ['GET /refunds/{id}']),
  'POST /refunds/{id}/review': { all: administrator },
  ...lines({ all: administrator, outcome: { status: 409, why: 'it has not been decided yet' } }, [
    ...['POST /refunds/{id}/retry', 'POST /refunds/{id}/resolve'],
  ]),
};

/** Medical data: its patient, practitioners of that patient, and whoever may see all. */
const medical: Lines = {
  ...lines({ own: ['patient', 'doctor'], all: administrator, strangers: everyone, refusal: 404 }, [
    ...['GET /users/{userId}/health-profile', 'GET /users/{userId}/health-tags', 'GET /admissions/{id}', 'GET /admissions/{id}/log'],
    ...['GET /patients/{userId}', 'GET /patients/{userId}/timeline'],
  ]),
  ...lines({ own: ['patient'], strangers: everyone, refusal: 403 }, [
    ...['PUT /users/{userId}/health-profile', 'PUT /users/{userId}/health-tags'],
  ]),
  ...lines({ all: ['patient', 'administrator'] }, ['GET /visit-profiles']),
  'GET /visit-profiles/default': { all: ['patient'], strangers: administrator, refusal: 404 },
  ...lines({ all: ['patient', 'administrator'] }, ['POST /visit-profiles']),
  ...lines({ own: ['patient'], strangers: administrator, refusal: 404 }, [
    ...['GET /visit-profiles/{id}', 'PATCH /visit-profiles/{id}', 'DELETE /visit-profiles/{id}', 'POST /visit-profiles/{id}/default'],
  ]),
  'POST /medical-records': { own: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 403 },
  'GET /medical-records': { own: ['patient', 'doctor'], all: administrator, strangers: practitioners, refusal: 404 },
  ...lines({ own: ['patient', 'doctor'], all: administrator, strangers: practitioners, refusal: 404 }, [
    ...['GET /medical-records/{id}', 'GET /medical-records/{id}/full', 'GET /medical-records/{id}/versions'],
    ...['GET /medical-records/{id}/versions/{version}', 'GET /medical-records/{id}/attachments'],
  ]),
  ...lines({ own: ['doctor'], strangers: practitioners, refusal: 404 }, [
    ...['PUT /medical-records/{id}', 'POST /medical-records/{id}/attachments', 'DELETE /medical-records/{id}/attachments/{attachmentId}'],
  ]),
  'POST /admissions': {
    ...{ own: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 403 },
    outcome: { status: 409, why: 'the patient lies in a bed already' },
  },
  'GET /admissions': { all: [...practitioners, 'administrator'] },
  ...lines({ own: ['doctor'], all: administrator, strangers: practitioners, refusal: 404 }, [
    ...['POST /admissions/{id}/move', 'POST /admissions/{id}/hand-over', 'POST /admissions/{id}/discharge'],
  ]),
  'GET /patients': { all: [...practitioners, 'administrator'] },
};

const pharmacy_: Lines = {
  'GET /prescriptions': { all: ['patient', ...doctors, ...pharmacy] },
  ...lines({ own: ['patient', 'doctor'], all: pharmacy, strangers: doctors, refusal: 404 }, [
    ...['GET /prescriptions/{id}', 'GET /prescriptions/{id}/pdf'],
  ]),
  ...lines({ own: ['doctor'], strangers: [...doctors, 'administrator'], refusal: 403 }, [
    'POST /prescriptions',
    'POST /prescriptions/check',
  ]),
  'POST /templates/{id}/prescribe': { own: ['doctor'], strangers: [...doctors, 'administrator'], refusal: 404 },
  'POST /prescriptions/{id}/review': { all: pharmacy },
  'POST /prescriptions/{id}/cancel': { own: ['doctor'], strangers: [...doctors, 'administrator'], refusal: 404 },
  ...lines({ all: [...practitioners, 'administrator'] }, ['GET /phrases', 'POST /phrases', 'GET /templates', 'POST /templates']),
  ...lines({ own: ['doctor'], strangers: [...practitioners, 'administrator'], refusal: 404 }, [
    ...['PATCH /phrases/{id}', 'DELETE /phrases/{id}', 'POST /phrases/{id}/use', 'GET /templates/{id}', 'PATCH /templates/{id}'],
    ...['DELETE /templates/{id}', 'POST /templates/{id}/use'],
  ]),
};

/** Where a session is not enough: its person must have proved within five minutes who they are (IDN-19). */
export const sensitive: ReadonlySet<string> = new Set([
  'DELETE /recordings/{id}',
  ...['POST /me/privacy/copies', 'POST /me/privacy/copies/{id}/link', 'POST /me/privacy/erasures', 'POST /privacy/requests'],
  ...['POST /privacy/requests/{id}/hasten', 'POST /privacy/requests/{id}/link', 'POST /privacy/requests/{id}/identity'],
  ...[
    'POST /api-keys',
    'POST /users/delete',
    'PUT /users/{id}/password',
    'GET /users/export',
    'PUT /payment-gateways/{channel}',
    'PUT /partner-accounts/{name}',
    'PUT /auth/phone',
  ],
  ...['POST /users/{id}/balance/top-ups', 'POST /users/{id}/balance/adjustments', 'DELETE /auth/identities/{id}'],
  ...[
    'POST /cluster/nodes/{id}/drain',
    'POST /cluster/nodes/{id}/undrain',
    'POST /cluster/rooms/{id}/move',
    'POST /orders/{id}/payments',
    'POST /auth/identities/{provider}/start',
    'POST /refunds/{id}/review',
    'POST /refunds/{id}/retry',
    'POST /refunds/{id}/resolve',
  ],
]);

/** By method and path below `/api/v1`, as the API document writes it. */
export const rules: Readonly<Record<string, Rule>> = {
  ...{
    ...open,
    ...openElsewhere,
    ...identified,
    ...personal,
    ...personalElsewhere,
    ...people,
    ...running,
    ...visits,
    ...recordings,
    ...appointments,
  },
  ...{ ...schedules, ...practice, ...files, ...money, ...medical, ...pharmacy_ },
};
