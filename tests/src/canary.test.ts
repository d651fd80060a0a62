/**
 * Personal data stays where it belongs (P3): names, numbers, diagnoses, passwords and tokens that go through the clinic, in good requests
 * and in bad ones, are found in no log or trace, not in Redis, among jobs, stored answers, metrics or files, and in the database in those columns
 * alone that `docs/security.md` names as not sealed.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { Redis } from 'ioredis';
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import { createChatStore } from '#src/chat/store.ts';
import { catalogue } from '#src/privacy/catalogue.ts';
import { booking, PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { openClinic } from '#tests/support/clinic.ts';
import { type Collector, startCollector } from '#tests/support/collector.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { begunVisit } from '#tests/support/people.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { memoryLog, search, sinksOf, watchRedis } from '#tests/support/sinks.ts';
import { closePartners, configure, deliver, type Partners, startPartners } from '#tests/support/till.ts';
import { until } from '#tests/support/wait.ts';

/** What must turn up nowhere, by what it is. Tokens, keys and codes are added as they are given out. */
const canaries = new Map<string, string>([
  ['name', '卡娜丽莎'],
  ['account', 'canary-lisa'],
  ['phone', '13987654321'],
  ['ID number', '11010519491231002X'],
  ['mail', 'lisa@canary.example'],
  ['address', '金丝雀路七号'],
  ['diagnosis', '卡氏综合征'],
  ['complaint', '夜里心口像有金丝雀'],
  ['reason', '因为金丝雀生病'],
  ['note', '金丝雀饭后服'],
  ['allergy', '金丝雀羽毛'],
  ['title of a visit', '金丝雀胸痛复诊'],
  ['password', 'canary-password-9'],
  ['password of everybody', PASSWORD],
  ['secret of the SMS provider', 'canary-sms-secret'],
]);
/** Not sealed, because people are found by it, or it is shown in lists (docs/security.md). */
const CLEAR = new Set([
  ...['users.account', 'users.name', 'users.name_search', 'visit_profiles.name', 'consultation_members.name', 'chat_messages.name'],
  'login_log.account',
]);

let server: TestApp;
let redis: RedisServer;
let watch: Awaited<ReturnType<typeof watchRedis>>;
let partners: Partners;
let sms: Server;
let collector: Collector;
const sent: string[] = [];
const { log, text: logged } = memoryLog();

/** A provider that takes the first message, refuses all others, and repeats what it got in its answers. */
async function startSms(): Promise<Server> {
  const provider = createServer((request, response) => {
    void textOf(request).then((body) => {
      const said = [...new URLSearchParams(body).values()].join(' ');
      sent.push(new URLSearchParams(body).get('Body') ?? '');
      response.writeHead(sent.length > 1 ? 400 : 201, { 'content-type': 'application/json' });
      const answer = { sid: `SM${'0'.repeat(32)}`, status: 'queued', code: 21211, message: `Cannot send ${said}`, more_info: said };
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done));
  return provider;
}

beforeAll(async () => {
  redis = await startRedis();
  watch = await watchRedis(redis.url);
  partners = await startPartners();
  sms = await startSms();
  collector = await startCollector();
  const SMS_URL = `http://127.0.0.1:${(sms.address() as AddressInfo).port}`;
  const account = {
    SMS_KEY: 'AC0123456789',
    SMS_SECRET: of('secret of the SMS provider'),
    SMS_SIGNATURE: '问诊',
    SMS_FROM: '+15005550006',
  };
  const mail = { SMTP_URL: `smtp://127.0.0.1:${await freePort()}`, SMTP_FROM: 'clinic@example.org' };
  const traces = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '1', OTEL_BSP_SCHEDULE_DELAY: '50' };
  const env = { DATABASE_URL: await newMariaDb(), REDIS_URL: redis.url, SMS_PROVIDER: 'twilio', SMS_URL, ...account, ...mail, ...traces };
  server = await startApp(env, {}, true, log);
}, 60_000);
afterAll(async () => {
  await server?.close();
  await closePartners(partners);
  sms.close();
  watch.close();
  await redis.stop();
  await collector.close();
});

const of = (what: string): string => canaries.get(what) ?? '';
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** With an idempotency key, so that answers are stored. @returns status and data or code */
async function call(method: Method, url: string, token: string | null, payload?: object | string) {
  const headers = {
    'idempotency-key': randomUUID(),
    ...(token && { authorization: `Bearer ${token}` }),
    ...(typeof payload === 'string' && { 'content-type': 'application/json' }),
  };
  const answer = await server.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload && { payload }) });
  const { data, error } = answer.json();
  return { status: answer.statusCode, data, code: error?.code as string | undefined };
}
/** @throws when it is no success */
async function done(...request: Parameters<typeof call>) {
  const { status, data, code } = await call(...request);
  if (status !== 200) throw new Error(`${request[0]} ${request[1]}: ${status} ${code}`);
  return data;
}
/** @returns the statuses of requests that must not succeed */
async function refused(...requests: Parameters<typeof call>[]): Promise<void> {
  for (const request of requests) {
    const { status } = await call(...request);
    if (status < 400) throw new Error(`${request[0]} ${request[1]} was answered with ${status}`);
  }
}

/** Until nothing is due and nothing in hand: jobs go through the queue. */
async function settled(): Promise<void> {
  const { outbox } = server.database.models;
  await server.workers.drained();
  await until('the jobs to be done', async () => {
    const waiting = { state: 'ready' as const, [Op.or]: [{ claimedUntil: { [Op.ne]: null } }, { runAt: { [Op.lte]: new Date() } }] };
    return (await outbox.count({ where: waiting })) === 0;
  });
}

interface Visitor {
  id: string;
  token: string;
}

/** Registers and signs in, by password and by a code, and fails at it in all ways. */
async function signUp(): Promise<Visitor> {
  const account = of('account');
  const [person, phone] = [{ account, password: of('password'), name: of('name') }, of('phone')];
  await done('POST', '/auth/register', null, person);
  await refused(
    ['POST', '/auth/register', null, person],
    ['POST', '/auth/register', null, { ...person, account: `${account}\u0000`, phone }],
    ['POST', '/auth/login', null, { account, password: `${of('password')}x` }],
    ['POST', '/auth/login', null, { phone, code: '12345' }],
    ['POST', '/auth/refresh', null, { refreshToken: of('password') }],
    ['GET', `/users/me?token=${encodeURIComponent(of('phone'))}`, 'no.token.atall'],
  );
  const login = await done('POST', '/auth/login', null, { account, password: of('password') });
  canaries.set('access token', login.token);
  canaries.set('refresh token', login.refreshToken);
  const { token, refreshToken } = await done('POST', '/auth/refresh', null, { refreshToken: login.refreshToken });
  canaries.set('next access token', token);
  canaries.set('next refresh token', refreshToken);
  await done('POST', '/auth/sms-code', null, { phone, scene: 'login' });
  await settled();
  const code = /\d{6}/.exec(sent.join(' '))?.[0] ?? '';
  canaries.set('code', code);
  const byCode = await done('POST', '/auth/login', null, { phone, code });
  canaries.set('access token by code', byCode.token);
  await refused(['POST', '/auth/login', null, { phone, code }]);
  const { id } = await server.database.models.users.findOne({ where: { account }, rejectOnEmpty: true });
  await done('POST', '/auth/step-up', token, { password: of('password') });
  return { id, token };
}

/** Who they are and how they are. @returns the id of the visit profile */
async function presentThemselves(visitor: Visitor): Promise<string> {
  const { id, token } = visitor;
  const { administrator } = server.people;
  await done('PATCH', '/users/me', token, { email: of('mail') });
  await call('GET', `/users?name=${encodeURIComponent(of('name'))}`, administrator.token);
  await refused(['GET', `/users/${encodeURIComponent(of('name'))}`, administrator.token]);
  const profile = { name: of('name'), relationship: 'self', idNumber: of('ID number'), phone: of('phone') };
  const { id: profileId } = await done('POST', '/visit-profiles', token, profile);
  await refused(
    ['POST', '/visit-profiles', token, profile],
    ['POST', '/visit-profiles', token, { ...profile, idNumber: '110105194912310021' }],
    ['POST', '/visit-profiles', token, { ...profile, birthDate: of('diagnosis') }],
    ['POST', '/visit-profiles', token, `{"name":"${of('name')}", ${of('diagnosis')}`],
  );
  const health = { hasAllergy: true, allergyInfo: of('allergy'), allergies: [{ substance: of('allergy') }] };
  await done('PUT', `/users/${id}/health-profile`, token, health);
  await refused(['PUT', `/users/${id}/health-profile`, token, { ...health, hasAllergy: of('allergy') }]);
  return profileId;
}

/** Books, pays through partners of which one is away, asks for the money back, cancels. */
async function pay({ token }: Visitor, profileId: string): Promise<void> {
  const { administrator, otherDoctor } = server.people;
  await configure(server, partners);
  const merchants = { wechat: partners.wechat.merchant(), wechat_v2: partners.wechat_v2.merchant(), alipay: partners.alipay.merchant() };
  for (const [channel, options] of Object.entries(merchants))
    for (const [option, value] of Object.entries(options))
      if (/key|secret/i.test(option) && !/public/i.test(option) && typeof value === 'string')
        canaries.set(`${option} of ${channel}`, value.split('\n')[1] ?? value);
  const { practitionerId, serviceId, times } = await openClinic(server, otherDoctor.id);
  const contact = { contactPerson: of('name'), contactPhone: of('phone'), notes: of('complaint') };
  const booking = { serviceId, practitionerId, scheduledTime: times[0], profileId, ...contact };
  const { orderId, appointmentId } = await done('POST', '/appointments', token, booking);
  const pays = (method: string): Parameters<typeof call> => ['POST', `/orders/${orderId}/payments`, token, { method, scene: 'qr' }];
  const asks = (reason: string): Parameters<typeof call> => ['POST', `/orders/${orderId}/refunds`, token, { reason }];
  await partners.wechat.close();
  await call(...pays('wechat'));
  await refused(
    ['POST', '/appointments', token, { ...booking, contactPhone: of('complaint') }],
    ['POST', '/appointments', token, booking],
    asks(of('reason')),
  );
  const { paymentNo } = await done(...pays('alipay'));
  await partners.alipay.pay(paymentNo, { notify: false });
  await deliver(server, 'wechat', { headers: { 'content-type': 'application/json' }, body: Buffer.from(`{"x":"${of('name')}"`) });
  await deliver(server, 'alipay', partners.alipay.notice(paymentNo, { buyer_logon_id: of('phone') }));
  const refund = await done(...asks(of('reason')));
  await server.stepUp(administrator.token);
  await done('POST', `/refunds/${refund.id}/review`, administrator.token, { decision: 'reject', note: of('note') });
  await refused(['POST', `/refunds/${refund.id}/review`, administrator.token, { decision: 'reject', note: of('note') }]);
  await done('POST', `/appointments/${appointmentId}/cancel`, token, { reason: of('reason') });
  await refused(['POST', `/appointments/${appointmentId}/cancel`, token, { reason: of('reason') }]);
  const task = { staffId: server.people.pharmacist.id, startsAt: times[1], durationMinutes: 30, locationInfo: of('address') };
  await done('POST', '/dispatches', administrator.token, { ...task, notes: of('note') });
  await refused(['POST', '/dispatches', administrator.token, { ...task, notes: of('note') }]);
}

/** A visit with its chat, record and prescription. */
async function visit({ id, token }: Visitor): Promise<void> {
  const { doctor, pharmacist } = server.people;
  const consultationId = await begunVisit(server, doctor, { id, token });
  const text = of('complaint');
  const { models } = server.database;
  const member = await models.members.findOne({ where: { consultationId, userId: id }, rejectOnEmpty: true });
  const { roomEpoch } = await models.consultations.findByPk(consultationId, { rejectOnEmpty: true });
  const who = { memberId: member.id, name: of('name'), role: 'patient' as const };
  const message = { seq: 1, clientMessageId: uuid(), text, sentAt: Date.now(), ...who };
  await createChatStore(server.database, server.foundation.vault).append(consultationId, roomEpoch, [message]);
  await done('GET', `/consultations/${consultationId}/messages`, token);

  const planned = { ...booking(id), title: of('title of a visit') };
  const { id: plannedId } = await done('POST', '/consultations', doctor.token, planned);
  await done('GET', `/consultations/${plannedId}`, token);
  await refused(['POST', '/consultations', doctor.token, { ...planned, scheduledEnd: planned.scheduledStart }]);

  const diagnoses = [{ system: 'ICD-10', code: 'I10', name: of('diagnosis'), primary: true }];
  const content = { sections: [{ key: 'chief_complaint', text }], diagnoses };
  const record = { patientId: id, kind: 'online', consultationId, content };
  const written = await done('POST', '/medical-records', doctor.token, record);
  const change = { version: 1, reason: of('reason'), content };
  await done('PUT', `/medical-records/${written.id}`, doctor.token, change);
  const medicine = { code: 'CANARY-1', name: '药品', ingredients: ['xx'], specification: '10mg × 10', unit: '盒' };
  const { id: medicineId } = await done('POST', '/medicines', pharmacist.token, medicine);
  const item = { medicineId, dose: 1, doseUnit: 'tablet', frequency: 'qd', route: 'oral', days: 7, quantity: 1, note: of('note') };
  const prescription = await done('POST', '/prescriptions', doctor.token, { patientId: id, diagnoses, items: [item] });
  const review = { decision: 'reject', version: 1, reason: of('reason') };
  await done('POST', `/prescriptions/${prescription.id}/review`, pharmacist.token, review);
  await refused(
    ['POST', '/medical-records', doctor.token, { ...record, content: { sections: text } }],
    ['PUT', `/medical-records/${written.id}`, doctor.token, change],
    ['POST', '/prescriptions', doctor.token, { patientId: id, diagnoses, items: [{ ...item, dose: text }] }],
    ['POST', `/prescriptions/${prescription.id}/review`, pharmacist.token, review],
  );
}

/** Keys and a copy of everything, and their addresses. */
async function takeAway({ id, token }: Visitor): Promise<void> {
  const { administrator } = server.people;
  const { key } = await done('POST', '/api-keys', administrator.token, { name: 'Terminal', scopes: ['orders:own'], userId: id });
  canaries.set('API key', key);
  const headers = { 'x-api-key': key };
  for (const url of ['/orders', '/users', `/orders/${encodeURIComponent(of('name'))}`])
    await server.app.inject({ url: `/api/v1${url}`, headers });
  const copy = await done('POST', '/me/privacy/copies', token);
  await settled();
  const { url } = await done('POST', `/me/privacy/copies/${copy.id}/link`, token);
  canaries.set('address of the copy', url.split('/').at(-1));
  expect((await server.app.inject(url)).statusCode).toBe(200);
}

/** Faults of ours on the way, whose messages at the database hold what was written. */
async function fail({ token }: Visitor): Promise<void> {
  const { sequelize } = server.database;
  const profile = { name: of('name'), relationship: 'family', phone: of('phone') };
  const broken: [string, string][] = [
    ['RENAME TABLE visit_profiles TO elsewhere', 'RENAME TABLE elsewhere TO visit_profiles'],
    ['ALTER TABLE visit_profiles ADD UNIQUE canary (name)', 'ALTER TABLE visit_profiles DROP INDEX canary'],
    ['CREATE TRIGGER canary BEFORE INSERT ON visit_profiles FOR EACH ROW SET NEW.deleted_at = NEW.name', 'DROP TRIGGER canary'],
  ];
  for (const [breaks, mends] of broken) {
    await sequelize.query(breaks);
    await refused(['POST', '/visit-profiles', token, profile]);
    await sequelize.query(mends);
  }
  // A job that somebody has written over: its text comes back in faults.
  const { outbox } = server.database.models;
  const poisoned = { id: randomUUID(), topic: 'file.erase', payload: `{"name":"${of('name')}`, state: 'ready' as const, runAt: new Date() };
  await server.database.transaction(() => outbox.create(poisoned));
  await settled();
  expect((await outbox.findByPk(poisoned.id))?.lastError).toMatch(/JSON/);
  await server.database.transaction(() => outbox.update({ payload: '{}' }, { where: { id: poisoned.id } }));
  await done('POST', '/auth/logout', token);
  await refused(['GET', '/users/me', `${token}x`], ['GET', '/users/me', token]);
}

const found = async (): Promise<string[]> => {
  const sinks = await sinksOf(server, logged(), await watch.text());
  const all = search(sinks.set('traces', collector.text()), canaries);
  return all.filter((hit) => !CLEAR.has(hit.split(' in ')[1] ?? ''));
};

test('nothing personal leaves the columns that are for it', async () => {
  const visitor = await signUp();
  const profileId = await presentThemselves(visitor);
  await pay(visitor, profileId);
  await visit(visitor);
  await takeAway(visitor);
  await fail(visitor);
  await settled();
  // All of it was looked at: faults in the log, jobs in Redis, answers that are kept.
  expect(logged()).toMatch(/"status":500/);
  const traced = await until('the last spans', () => {
    const names = collector.spans().map(({ name }) => name);
    return names.some((name) => name.startsWith('GET /api/v1/users/me')) && names;
  });
  expect(traced).toEqual(expect.arrayContaining(['POST /api/v1/prescriptions', 'job privacy.export', 'INSERT visit_profiles']));
  expect(await watch.text()).toMatch(/wenzhen-jobs/);
  expect(await server.database.models.idempotencyKeys.count()).toBeGreaterThanOrEqual(10);
  expect([...canaries].filter(([, value]) => Buffer.byteLength(value) < 6)).toEqual([]);
  expect(await found()).toEqual([]);
  const undeclared = [...CLEAR].filter((place) => {
    const [table = '', column = ''] = place.split('.');
    return !catalogue[table]?.personal?.[column];
  });
  expect(undeclared).toEqual([]);
}, 60_000);

test('what is planted is found', async () => {
  const { outbox, audit } = server.foundation;
  log.info({ detail: { patient: of('name') } }, 'planted');
  log.info({ url: `/users?name=${encodeURIComponent(of('name'))}` }, of('phone'));
  const client = new Redis(redis.url);
  // For a moment only.
  await client.hset('planted', 'name', of('name'), 'phone', of('phone'));
  await client.del('planted');
  client.disconnect();
  await outbox.append('file.erase', { id: of('diagnosis') }, { runAt: new Date(Date.now() + 3_600_000) });
  await audit.security('planted', { details: { text: of('complaint') } });
  const plain = { owner: randomUUID(), key: randomUUID(), route: 'POST /x', bodyHash: 'x', keep: false, answer: of('reason') };
  await server.database.transaction(() => server.database.models.idempotencyKeys.create(plain));
  // The database lists its tables in no order of its own.
  expect((await found()).toSorted()).toEqual([
    ...['complaint in security_log.details', 'diagnosis in outbox.payload', 'name in log', 'name in redis'],
    ...['phone in log', 'phone in redis', 'reason in idempotency_keys.answer'],
  ]);
});
