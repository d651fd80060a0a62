/** Two sides of one clinic, with one object of each kind: what belongs to a patient and a doctor, and the same of two others. */
import { randomUUID } from 'node:crypto';
import { variablesColumn } from '#src/messaging/model.ts';
import type { TestApp } from '../app.ts';
import { booking, PASSWORD } from '../app.ts';
import { begunVisit, dataOf, type Person, uploadImage } from '../people.ts';
import { fund, newOrder, paidOrder } from '../till.ts';
import { asPerson, createIdentities, emailOf, type Identity, phoneOf, type Side, sides } from './identities.ts';

/** Ids and values of one side's objects by name; requests are made of them. */
export type Objects = Readonly<Record<string, string>>;

/** Text that may show up only in what these identities are told. */
export interface Mark {
  name: string;
  text: string;
  /** Names of identities, or kinds. */
  seenBy: readonly string[];
}

export interface World {
  identities: Identity[];
  objects: Record<Side, Objects>;
  marks: Mark[];
}

const ID_NUMBERS: Record<Side, string> = { a: '11010519491231002X', b: '110105200002290136' };
const DAY = 86_400_000;
const content = (text: string) => ({ sections: [{ key: 'chief_complaint', text }] });

export async function createWorld(server: TestApp): Promise<World> {
  const people = await createIdentities(server);
  const shared = await createShared(server, people);
  const objects = {} as World['objects'];
  for (const side of sides) objects[side] = { ...shared, ...(await createSide(server, people, side, shared)) };
  // Guests first: the end of their visit ends their sessions, which nothing takes back.
  const guests = sides.map((side): Identity => {
    const address = '198.51.100.99';
    return { name: `guest-${side}`, kind: 'guest', side, id: null, token: objects[side]['guestToken']!, fresh: false, address };
  });
  const identities = [...guests, ...Object.values(people)];
  await server.workers.drained();
  return { identities, objects, marks: sides.flatMap(marksOf) };
}

/** Who may read what, whichever way it comes to them (IDN-14, SEC-02). */
function marksOf(side: Side): Mark[] {
  const [patient, doctor] = [`patient-${side}`, `doctor-${side}`];
  const care = [patient, doctor, 'administrator'];
  return [
    { name: 'phone of a user', text: phoneOf(side), seenBy: [patient, 'administrator'] },
    { name: 'mail address of a user', text: emailOf(side), seenBy: [patient, 'administrator'] },
    { name: 'ID number', text: ID_NUMBERS[side], seenBy: [patient] },
    { name: 'phone of a visit profile', text: `1370000000${side === 'a' ? 1 : 2}`, seenBy: [patient] },
    { name: 'contact of an appointment', text: `1360000000${side === 'a' ? 1 : 2}`, seenBy: care },
    { name: 'notes of an appointment', text: `notes-${side}-canary`, seenBy: care },
    { name: 'medical record', text: `record-${side}-canary`, seenBy: care },
    { name: 'allergy', text: `allergy-${side}-canary`, seenBy: care },
    { name: 'diagnosis of a prescription', text: `diagnosis-${side}-canary`, seenBy: [...care, 'pharmacist'] },
    { name: 'chat', text: `chat-${side}-canary`, seenBy: [patient, doctor, `guest-${side}`] },
    { name: 'admission', text: `admission-${side}-canary`, seenBy: care },
    { name: 'phrase', text: `phrase-${side}-canary`, seenBy: [doctor] },
    { name: 'template', text: `template-${side}-canary`, seenBy: [doctor] },
    { name: 'leave', text: `leave-${side}-canary`, seenBy: [doctor, 'staff', 'administrator'] },
    { name: 'dispatch', text: `dispatch-${side}-canary`, seenBy: [doctor, 'staff', 'administrator'] },
    { name: 'refund', text: `refund-${side}-canary`, seenBy: [patient, 'administrator'] },
    { name: 'file', text: `file-${side}-canary`, seenBy: [patient, 'administrator'] },
    { name: 'licence of a doctor', text: `licence-${side}-canary`, seenBy: [doctor, 'administrator'] },
    { name: 'token of a guest', text: `guest-name-${side}-canary`, seenBy: [patient, doctor, `guest-${side}`] },
  ];
}

/** What belongs to the clinic. */
async function createShared(server: TestApp, people: Record<string, Identity>): Promise<Record<string, string>> {
  const { token } = people['administrator']!;
  const make = async (url: string, body: object, who = token): Promise<string> =>
    dataOf(await server.call('POST', `/api/v1${url}`, who, body)).id;
  const { token: pharmacist } = people['pharmacist']!;
  const ward = await make('/wards', { code: 'WA', name: '一病区' });
  const service = await make('/services', { name: '视频问诊', category: 'consultation', price: 0, durationMinutes: 30 });
  const tag = await make('/user-tags', { name: 'VIP' });
  const announcement = await make('/announcements', {
    ...{ title: { zh: '安排', en: 'Plan' }, body: { zh: '内容', en: 'Text' }, audience: { roles: ['streamer'] } },
  });
  const delivery = randomUUID();
  await server.database.transaction(() =>
    server.database.models.deliveries.create({
      ...{
        id: delivery,
        notificationId: null,
        userId: people['streamer']!.id,
        channel: 'sms',
        kind: 'notification',
        template: 'account_locked',
      },
      ...{
        recipient: '139****0000',
        variablesSealed: variablesColumn.seal(server.foundation.vault, delivery, {}),
        state: 'failed',
        errorCode: 'x',
        attempts: 1,
      },
    }),
  );
  return {
    ...{ ward, service, tag, announcement, delivery },
    bed: await make(`/wards/${ward}/beds`, { label: 'A-1' }),
    bedB: await make(`/wards/${ward}/beds`, { label: 'B-1' }),
    freeBed: await make(`/wards/${ward}/beds`, { label: 'F-1' }),
    price: await make(`/services/${service}/prices`, { membershipLevel: 'premium', price: 0, validFrom: '2026-01-01T00:00:00.000Z' }),
    department: await make('/departments', { code: 'D-1', name: '内科' }),
    emptyDepartment: await make('/departments', { code: 'D-2', name: '外科' }),
    hospital: await make('/hospitals', { code: 'H-1', name: '医院', address: '北京', longitude: 116.4, latitude: 39.9 }),
    role: dataOf(await server.call('POST', '/api/v1/roles', token, { key: 'nurse', nameZh: '护士', nameEn: 'Nurse' })).key,
    menu: dataOf(await server.call('POST', '/api/v1/menus', token, { key: 'matrix', titleZh: '册', titleEn: 'Book', path: '/book' })).key,
    medicine: await make(
      '/medicines',
      { code: 'AML-5', name: '氨氯地平', ingredients: ['amlodipine'], specification: '5mg × 7', unit: '盒' },
      pharmacist,
    ),
    contraindication: await make(
      '/contraindications',
      { kind: 'drug', ingredient: 'warfarin', against: 'aspirin', severity: 'mild', reasonZh: '慎', reasonEn: 'Care' },
      pharmacist,
    ),
    ...(await createDays(server, asPerson(people['administrator']!).token)),
    reviewTag: await make('/review-tags', { name: '耐心' }),
    counselorPractice: (await server.modules.practitioners.byUser(people['counselor']!.id!))!.id,
    streamer: people['streamer']!.id!,
    refreshToken: dataOf(await server.call('POST', '/api/v1/auth/login', null, { account: 'matrix-streamer', password: PASSWORD }))
      .refreshToken,
  };
}

async function createDays(server: TestApp, token: string): Promise<Record<string, string>> {
  await server.call('POST', '/api/v1/holidays', token, { name: '院庆', from: '2091-05-01', until: '2091-05-02' });
  const makeup = { name: '补班', date: '2091-05-09', asWeekday: 5 };
  const { holidays, makeupDays } = dataOf(await server.call('POST', '/api/v1/makeup-days', token, makeup));
  return { holiday: holidays[0].id, makeupDay: makeupDays[0].id };
}

async function createSide(server: TestApp, people: Record<string, Identity>, side: Side, shared: Record<string, string>) {
  const patient = asPerson(people[`patient-${side}`]!);
  const doctor = asPerson(people[`doctor-${side}`]!);
  const parts: SideParts = {
    server,
    side,
    patient,
    doctor,
    shared,
    administrator: asPerson(people['administrator']!),
    staff: asPerson(people['staff']!),
  };
  const schedule = await createSchedule(parts);
  const visits = await createVisits(parts);
  const appointments = await createAppointments(parts, schedule['practitioner']!);
  return {
    ...{ patient: patient.id, doctor: doctor.id },
    ...schedule,
    ...visits,
    ...appointments,
    ...(await createClinical(parts)),
    ...(await createMoney(parts)),
    ...(await createPersonal(parts)),
  };
}

interface SideParts {
  server: TestApp;
  side: Side;
  patient: Person;
  doctor: Person;
  administrator: Person;
  staff: Person;
  shared: Record<string, string>;
}

async function made(parts: Pick<SideParts, 'server'>, who: Person, url: string, body?: object) {
  return dataOf(await parts.server.call('POST', `/api/v1${url}`, who.token, body));
}

async function createSchedule(parts: SideParts): Promise<Record<string, string>> {
  const { server, side, doctor, staff } = parts;
  const practitioner = (await server.modules.practitioners.byUser(doctor.id))!.id;
  const url = `/practitioners/${practitioner}`;
  const rules = [{ weekdays: [1, 2, 3, 4, 5, 6, 7], start: '08:00', end: '18:00', slotMinutes: 30 }];
  const workRule = (await made(parts, doctor, `${url}/work-rules`, { rules })).items[0].id;
  const closed = { kind: 'closed', dates: ['2091-06-01'], start: null, end: null, note: '会议' };
  const adjustment = (await made(parts, doctor, `${url}/adjustments`, { adjustments: [closed] })).items[0].id;
  const leave = await made(parts, doctor, `${url}/leaves`, {
    ...{ kind: 'annual', startsAt: '2091-07-01T00:00:00.000Z', endsAt: '2091-07-02T00:00:00.000Z', reason: `leave-${side}-canary` },
  });
  const dispatch = await made(parts, staff, '/dispatches', {
    ...{ staffId: doctor.id, startsAt: '2091-08-01T00:00:00.000Z', durationMinutes: 30, notes: `dispatch-${side}-canary` },
  });
  const photo = await made(parts, doctor, `${url}/photos`, { kind: 'avatar', fileId: await uploadImage(server, doctor.id) });
  const { version } = (await server.database.models.practitioners.findByPk(practitioner))!;
  return {
    practitioner,
    workRule,
    adjustment,
    leave: leave.id,
    dispatch: dispatch.id,
    photo: photo.id,
    practitionerVersion: String(version),
  };
}

async function createVisits(parts: SideParts): Promise<Record<string, string>> {
  const { server, side, patient, doctor } = parts;
  const visit = await begunVisit(server, doctor, patient);
  const planned = (await made(parts, doctor, '/consultations', booking(patient.id))).id;
  const invited = await made(parts, doctor, `/consultations/${visit}/invitations`, { name: `guest-name-${side}-canary`, role: 'guest' });
  const members = dataOf(await server.call('GET', `/api/v1/consultations/${visit}/members`, doctor.token)).items;
  const member = members.find(({ role }: { role: string }) => role === 'guest').id;
  const patientMember = members.find(({ role }: { role: string }) => role === 'patient').id;
  await server.database.transaction(() =>
    server.database.models.messages.create({
      ...{ consultationId: visit, seq: 1, memberId: patientMember, clientMessageId: 'm1', name: 'P', role: 'patient' },
      ...{ text: `chat-${side}-canary`, sentAt: new Date() },
    }),
  );
  const [recording, askedAt] = [randomUUID(), new Date()];
  const leader = members.find(({ role }: { role: string }) => role === 'practitioner').id;
  await server.database.transaction(() =>
    server.database.models.recordings.create({
      ...{ id: recording, consultationId: visit, askedBy: leader, state: 'ready', openKey: null, askedAt, progress: 100 },
      ...{ startedAt: askedAt, endedAt: askedAt, endReason: 'stopped' },
    }),
  );
  return { visit, planned, member, recording, guestToken: invited.token };
}

async function createAppointments(parts: SideParts, practitioner: string): Promise<Record<string, string>> {
  const { server, side, patient, doctor, shared } = parts;
  const number = side === 'a' ? 1 : 2;
  const profile = await made(parts, patient, '/visit-profiles', {
    ...{ name: '王小明', relationship: 'family', idNumber: ID_NUMBERS[side], phone: `1370000000${number}` },
  });
  const second = await made(parts, patient, '/visit-profiles', { name: '王小红', relationship: 'family' });
  const first = Math.ceil(Date.now() / DAY) * DAY + DAY + 2 * 3_600_000;
  let day = 0;
  const free = (): string => new Date(first + (day++ % 50) * DAY).toISOString();
  const book = async () =>
    (
      await made(parts, patient, '/appointments', {
        ...{ serviceId: shared['service'], practitionerId: practitioner, scheduledTime: free(), profileId: profile.id },
        ...{ contactPerson: '王敏', contactPhone: `1360000000${number}`, notes: `notes-${side}-canary` },
      })
    ).appointmentId as string;
  const [appointment, running, done, waiting, rated] = [await book(), await book(), await book(), await book(), await book()];
  await made(parts, doctor, `/appointments/${running}/start`);
  for (const id of [done, rated]) await made(parts, doctor, `/appointments/${id}/complete`);
  const now = Date.now();
  const started = { startsAt: new Date(now - 1_200_000), endsAt: new Date(now + 600_000) };
  await server.database.models.appointments.update(started, { where: { id: waiting } });
  await made(parts, patient, '/queue', { appointmentId: waiting });
  const review = await made(parts, patient, '/reviews', { appointmentId: rated, rating: 5, text: '很好' });
  return {
    ...{ profile: profile.id, second: second.id, appointment, running, done, waiting, review: review.id },
    ...{ free: free(), otherFree: free() },
  };
}

async function createClinical(parts: SideParts): Promise<Record<string, string>> {
  const { server, side, patient, doctor, shared } = parts;
  const record = await made(parts, doctor, '/medical-records', {
    ...{ patientId: patient.id, kind: 'online', content: content(`record-${side}-canary`) },
  });
  const fileId = await uploadImage(server, doctor.id);
  const attachment = await made(parts, doctor, `/medical-records/${record.id}/attachments`, { fileId, kind: 'imaging', name: 'CT' });
  const bedId = side === 'a' ? shared['bed'] : shared['bedB'];
  const admission = await made(parts, doctor, '/admissions', { patientId: patient.id, bedId, reason: `admission-${side}-canary` });
  const health = { bloodType: 'A', hasAllergy: true, allergyInfo: `allergy-${side}-canary` };
  dataOf(await server.call('PUT', `/api/v1/users/${patient.id}/health-profile`, patient.token, health));
  const items = [{ medicineId: shared['medicine'], dose: 5, doseUnit: 'mg', frequency: 'qd', route: 'oral', days: 7, quantity: 1 }];
  const diagnoses = [{ system: 'ICD-10', code: 'I10', name: `diagnosis-${side}-canary`, primary: true }];
  const prescribe = async () => (await made(parts, doctor, '/prescriptions', { patientId: patient.id, diagnoses, items })).id as string;
  const [prescription, approved] = [await prescribe(), await prescribe()];
  await made(parts, parts.administrator, `/prescriptions/${approved}/review`, { decision: 'approve', version: 1 });
  const { verifyCode } = (await server.database.models.prescriptions.findByPk(approved))!;
  const phrase = await made(parts, doctor, '/phrases', { kind: 'advice', text: `phrase-${side}-canary` });
  const template = await made(parts, doctor, '/templates', { kind: 'record', name: 'T', content: content(`template-${side}-canary`) });
  const prescribing = await made(parts, doctor, '/templates', { kind: 'prescription', name: 'P', content: { diagnoses, items } });
  return {
    ...{ record: record.id, attachment: attachment.id, admission: admission.id, prescription, approved, proof: verifyCode ?? '' },
    ...{ phrase: phrase.id, template: template.id, prescribing: prescribing.id, attachable: await uploadImage(server, doctor.id) },
  };
}

async function createMoney(parts: SideParts): Promise<Record<string, string>> {
  const { server, side, patient } = parts;
  const { id: order } = await newOrder(server, 9_900, { userId: patient.id });
  const paid = await paidOrder(server, 9_900, patient);
  const payment = dataOf(await server.call('GET', `/api/v1/orders/${paid}/payments`, patient.token)).items[0].id;
  const refundable = await paidOrder(server, 9_900, patient);
  const done = await paidOrder(server, 9_900, patient);
  for (const id of [refundable, done])
    for (const event of ['CONFIRM', 'START_SERVICE', 'COMPLETE_SERVICE'] as const)
      await server.modules.orders.fire(id, event, { actorId: null });
  const refund = await made(parts, patient, `/orders/${refundable}/refunds`, { reason: `refund-${side}-canary` });
  await fund(server, patient.id, 50_000);
  return { order, paid, payment, refundable: done, refund: refund.id };
}

async function createPersonal(parts: SideParts): Promise<Record<string, string>> {
  const { server, side, patient, doctor } = parts;
  const image = await uploadImage(server, patient.id);
  dataOf(await server.call('PATCH', `/api/v1/files/${image}`, patient.token, { name: `file-${side}-canary.png` }));
  await server.workers.drained();
  const notification = dataOf(await server.call('GET', '/api/v1/notifications', patient.token)).items[0].id;
  const identity = randomUUID();
  await server.database.transaction(() =>
    server.database.models.identities.create({ id: identity, userId: patient.id, provider: 'wechat', subject: `openid-${side}` } as never),
  );
  const sessions = dataOf(await server.call('GET', '/api/v1/auth/sessions', patient.token)).items;
  return { file: image, notification, identity, session: sessions[0].id, photoFile: await uploadImage(server, doctor.id) };
}
