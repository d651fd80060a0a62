/** What is sent to each route: the example of its document, made true for the objects of one side. */
import type { Objects } from './world.ts';

export interface Call {
  /** Values of the path's parameters; by default the object that the first part of the path names. */
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Object by the first part of the path. */
const objectOf: Record<string, string> = {
  ...{
    recordings: 'recording',
    users: 'patient',
    'user-tags': 'tag',
    consultations: 'visit',
    notifications: 'notification',
    announcements: 'announcement',
  },
  ...{ files: 'file', services: 'service', orders: 'order', payments: 'payment', refunds: 'refund', appointments: 'appointment' },
  ...{ practitioners: 'practitioner', leaves: 'leave', holidays: 'holiday', 'makeup-days': 'makeupDay', dispatches: 'dispatch' },
  ...{ reviews: 'review', 'review-tags': 'reviewTag', contraindications: 'contraindication', medicines: 'medicine' },
  ...{ prescriptions: 'prescription', phrases: 'phrase', templates: 'template', departments: 'department', hospitals: 'hospital' },
  ...{ 'visit-profiles': 'profile', 'medical-records': 'record', admissions: 'admission', wards: 'ward', beds: 'freeBed' },
};

export const paramsOf = (path: string, objects: Objects): Record<string, string> => ({
  ...{
    id: objects[objectOf[path.split('/')[1] ?? ''] ?? ''] ?? '',
    key: objects['role']!,
    userId: objects['patient']!,
    serviceId: objects['service']!,
  },
  ...{
    patientId: objects['patient']!,
    practitionerId: objects['practitioner']!,
    memberId: objects['member']!,
    ruleId: objects['workRule']!,
  },
  ...{ adjustmentId: objects['adjustment']!, photoId: objects['photo']!, attachmentId: objects['attachment']!, version: '1' },
  ...{ appointmentId: objects['waiting']!, priceId: objects['price']!, code: objects['proof']!, provider: 'wechat', gateway: 'wechat' },
  ...{ channel: 'wechat', name: 'appointment_reminder', locale: 'zh' },
});

const id = (value: string | undefined) => ({ params: { id: value ?? '' } });
const diagnoses = [{ system: 'ICD-10', code: 'I10', name: '高血压', primary: true }];
const items = (objects: Objects) => [
  { medicineId: objects['medicine'], dose: 5, doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 7, quantity: 1 },
];
const range = { from: '2091-01-01T00:00:00.000Z', to: '2091-01-05T00:00:00.000Z' };
const dates = { from: '2091-01-01', until: '2091-01-05' };
const record = { sections: [{ key: 'chief_complaint', text: '头晕' }] };

/** What differs from the example, by route. */
export const calls: Readonly<Record<string, (objects: Objects) => Call>> = {
  ...accounts(),
  ...clinic(),
  ...visits(),
  ...medicine(),
};

function accounts(): Record<string, (objects: Objects) => Call> {
  return {
    'GET /network-test/download': () => ({ query: { bytes: '10' } }),
    'POST /network-test/upload': () => ({ headers: { 'content-type': 'application/octet-stream' }, body: 'abc' }),
    'POST /auth/register': () => ({ body: { account: 'matrix-new', password: 'correct horse 9' } }),
    'POST /auth/login': () => ({ body: { account: 'matrix-streamer', password: 'correct horse' } }),
    'POST /auth/refresh': (objects) => ({ body: { refreshToken: objects['refreshToken'] } }),
    'POST /auth/sms-code': () => ({ body: { phone: '13800138000', scene: 'login' } }),
    'PUT /auth/password': () => ({ body: { oldPassword: 'correct horse', password: 'correct horse 9' } }),
    'POST /auth/step-up': () => ({ body: { password: 'correct horse' } }),
    'DELETE /auth/sessions/{id}': (objects) => id(objects['session']),
    'DELETE /auth/identities/{id}': (objects) => id(objects['identity']),
    'GET /users': () => ({ query: { keyword: '甲乙' } }),
    'PATCH /users/{id}': () => ({ body: { name: '王敏' } }),
    'POST /users/delete': (objects) => ({ body: { ids: [objects['patient']] } }),
    'PUT /users/{id}/tags': (objects) => ({ body: { tagIds: [objects['tag']] } }),
    'PUT /users/{id}/follow': (objects) => id(objects['streamer']),
    'DELETE /users/{id}/follow': (objects) => id(objects['streamer']),
    'POST /user-tags': () => ({ body: { name: 'Regular' } }),
    'POST /roles': () => ({ body: { key: 'porter', nameZh: '工', nameEn: 'Porter' } }),
    'GET /logs/medical': (objects) => ({ query: { patientId: objects['patient']! } }),
    'PATCH /menus/{key}': (objects) => ({ params: { key: objects['menu']! } }),
    'DELETE /menus/{key}': (objects) => ({ params: { key: objects['menu']! } }),
    'PUT /settings/{key}': () => ({ params: { key: 'appointments.holdMinutes' }, body: { value: 20, version: 0 } }),
    'PUT /partner-accounts/{name}': () => ({ params: { name: 'sms' } }),
    'GET /partner-accounts/{name}/history': () => ({ params: { name: 'sms' } }),
    'GET /settings/{key}/history': () => ({ params: { key: 'appointments.holdMinutes' } }),
    'POST /messages/deliveries/{id}/resend': (objects) => id(objects['delivery']),
    'PUT /messages/templates/{name}/{locale}/codes/{provider}': () => ({ params: { provider: 'sms-aliyun' } }),
    'DELETE /messages/templates/{name}/{locale}/codes/{provider}': () => ({ params: { provider: 'sms-aliyun' } }),
    'POST /files': () => ({
      query: { category: 'document' },
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: '--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n%%EOF\r\n--b--\r\n',
    }),
    'GET /messages/statistics/periods': () => ({ query: range }),
    'DELETE /api-keys/{id}': (objects) => id(objects['tag']),
    'POST /cluster/nodes/{id}/drain': (objects) => id(objects['tag']),
    'POST /cluster/nodes/{id}/undrain': (objects) => id(objects['tag']),
    'POST /cluster/rooms/{id}/move': (objects) => id(objects['tag']),
    'POST /jobs/{id}/retry': (objects) => id(objects['tag']),
    'POST /jobs/{id}/dismiss': (objects) => id(objects['tag']),
    'POST /caches/{name}/clear': () => ({ params: { name: 'services' } }),
    'GET /caches/{name}/keys': () => ({ params: { name: 'services' } }),
    'DELETE /caches/{name}/keys/{key}': () => ({ params: { name: 'services', key: 'services' } }),
    'GET /logs/operations/statistics': () => ({ query: range }),
    'POST /privacy/requests': (objects) => ({ body: { userId: objects['patient'], kind: 'export', reason: '书面申请' } }),
    'POST /privacy/holds': (objects) => ({ body: { userId: objects['patient'], reason: '医疗纠纷' } }),
    ...Object.fromEntries(
      [
        ...['POST /privacy/requests/{id}/hasten', 'POST /privacy/requests/{id}/refuse', 'POST /privacy/requests/{id}/link'],
        ...['POST /privacy/requests/{id}/identity', 'DELETE /privacy/holds/{id}', 'DELETE /me/privacy/requests/{id}'],
        'POST /me/privacy/copies/{id}/link',
      ].map((route) => [route, (objects: Objects) => id(objects['tag'])]),
    ),
    'GET /payments/statistics': () => ({ query: range }),
    'POST /orders/{id}/payments': () => ({ body: { method: 'balance' } }),
    'POST /orders/{id}/refunds': (objects) => id(objects['refundable']),
    'PUT /payment-gateways/{channel}': () => ({
      params: { channel: 'wechat_v2' },
      body: { enabled: true, version: 0, options: { appId: 'wx1', merchantId: '1900000001', apiKey: 'k'.repeat(32) } },
    }),
    'GET /payment-gateways/{channel}/history': () => ({ params: { channel: 'wechat_v2' } }),
    'GET /orders/{id}/payments': (objects) => id(objects['paid']),
  };
}

function clinic(): Record<string, (objects: Objects) => Call> {
  return {
    'GET /practitioners/{id}/slots': () => ({ query: dates }),
    'GET /practitioners/{id}/slots/explain': () => ({ query: { at: '2091-01-01T01:00:00.000Z' } }),
    'GET /appointments/available-slots': (objects) => ({ query: { serviceId: objects['service']!, date: '2091-01-01' } }),
    'GET /schedules/free': () => ({ query: range }),
    'GET /schedules/matches': (objects) => ({ query: { serviceId: objects['service']! } }),
    'GET /services/{id}/quote': () => ({}),
    'GET /practitioners/{id}/schedule': () => ({ query: dates }),
    'GET /practitioners/{id}/adjustments': () => ({}),
    'PUT /practitioners/{id}/slot-state': () => ({ body: { startsAt: '2091-02-01T01:00:00.000Z', state: 'closed' } }),
    'POST /practitioners/{id}/work-rules': () => ({
      body: { rules: [{ weekdays: [1], start: '20:00', end: '21:00', slotMinutes: 30 }] },
    }),
    'PUT /practitioners/{id}/work-rules/{ruleId}': () => ({ body: { weekday: 1, start: '08:00', end: '17:00', slotMinutes: 30 } }),
    'POST /practitioners/{id}/adjustments': () => ({
      body: { adjustments: [{ kind: 'closed', dates: ['2091-06-03'], start: null, end: null, note: '会议' }] },
    }),
    'PUT /practitioners/{id}/adjustments/{adjustmentId}': () => ({
      body: { kind: 'closed', date: '2091-06-01', start: null, end: null, note: '会议' },
    }),
    'POST /dispatches': (objects) => ({
      body: { staffId: objects['doctor'], startsAt: '2091-09-01T00:00:00.000Z', durationMinutes: 30 },
    }),
    'POST /holidays': () => ({ body: { name: '国庆节', from: '2091-10-01', until: '2091-10-07' } }),
    'PUT /holidays/{id}': () => ({ body: { name: '国庆节', from: '2091-10-01', until: '2091-10-07' } }),
    'POST /makeup-days': () => ({ body: { name: '国庆节', date: '2091-10-09', asWeekday: 5 } }),
    'POST /review-tags': () => ({ body: { name: '准时' } }),
    'DELETE /departments/{id}': (objects) => id(objects['emptyDepartment']),
    'POST /practitioners': () => ({ body: { kind: 'doctor', name: '林' } }),
    'PATCH /practitioners/{id}': () => ({ body: { introduction: '擅长' } }),
    'POST /practitioners/{id}/approve': (objects) => ({ body: { version: Number(objects['practitionerVersion']) } }),
    'POST /practitioners/{id}/reject': (objects) => ({ body: { version: Number(objects['practitionerVersion']), reason: '不清晰' } }),
    'POST /practitioners/{id}/photos': (objects) => ({ body: { kind: 'other', fileId: objects['photoFile'] } }),
    'GET /users/{userId}/practitioner': (objects) => ({ params: { userId: objects['doctor']! } }),
    'GET /hospitals/nearby': () => ({ query: { longitude: '116.4', latitude: '39.9' } }),
    'POST /wards': () => ({ body: { code: 'W9', name: '九病区' } }),
  };
}

function visits(): Record<string, (objects: Objects) => Call> {
  return {
    'POST /consultations': (objects) => ({
      body: {
        ...{ title: 'Follow-up', patientId: objects['patient'] },
        ...{ scheduledStart: '2091-01-01T01:00:00.000Z', scheduledEnd: '2091-01-01T01:30:00.000Z' },
      },
    }),
    'GET /dashboard': () => ({ query: { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' } }),
    'GET /consultations/statistics': () => ({ query: { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' } }),
    'GET /consultations/statistics/practitioners': () => ({
      query: { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' },
    }),
    'POST /consultations/{id}/start': (objects) => id(objects['planned']),
    'POST /consultations/{id}/cancel': (objects) => id(objects['planned']),
    'POST /appointments': (objects) => ({
      body: {
        ...{ serviceId: objects['service'], practitionerId: objects['practitioner'], scheduledTime: objects['free'] },
        ...{ profileId: objects['profile'], contactPerson: '王敏', contactPhone: '13800138000' },
      },
    }),
    'PATCH /appointments/{id}': (objects) => ({ body: { scheduledTime: objects['otherFree'] } }),
    'POST /appointments/{id}/complete': (objects) => id(objects['running']),
    'POST /appointments/{id}/absence': (objects) => id(objects['waiting']),
    'POST /queue': (objects) => ({ body: { appointmentId: objects['waiting'] } }),
    'POST /reviews': (objects) => ({ body: { appointmentId: objects['done'], rating: 5, text: '很好' } }),
  };
}

function medicine(): Record<string, (objects: Objects) => Call> {
  return {
    'POST /visit-profiles': () => ({ body: { name: '李雷', relationship: 'friend' } }),
    'POST /medicines': () => ({ body: { code: 'NEW-1', name: '新药', ingredients: ['new'], specification: '1mg', unit: '盒' } }),
    'POST /prescriptions': (objects) => ({ body: { patientId: objects['patient'], diagnoses, items: items(objects) } }),
    'POST /prescriptions/check': (objects) => ({ body: { patientId: objects['patient'], items: items(objects) } }),
    'GET /prescriptions/{id}/pdf': (objects) => id(objects['approved']),
    'POST /templates/{id}/prescribe': (objects) => ({ params: { id: objects['prescribing']! }, body: { patientId: objects['patient'] } }),
    'GET /medical-records': (objects) => ({ query: { patientId: objects['patient']! } }),
    'POST /medical-records': (objects) => ({ body: { patientId: objects['patient'], kind: 'online', content: record } }),
    'PUT /medical-records/{id}': () => ({ body: { version: 1, reason: '补充', content: record } }),
    'POST /medical-records/{id}/attachments': (objects) => ({ body: { fileId: objects['attachable'], kind: 'imaging', name: 'X' } }),
    'POST /admissions': (objects) => ({
      body: { patientId: objects['free patient'] ?? objects['patient'], bedId: objects['freeBed'], reason: '观察' },
    }),
    'POST /admissions/{id}/move': (objects) => ({ body: { version: 1, bedId: objects['freeBed'] } }),
    'POST /admissions/{id}/hand-over': (objects) => ({ body: { version: 1, attendingId: objects['counselorPractice'] } }),
    'POST /admissions/{id}/discharge': () => ({ body: { version: 1, summary: '平稳' } }),
  };
}
