/** What a newcomer needs to look around: an account for each kind of work, an approved doctor, and a visit with a patient. */
import { randomInt } from 'node:crypto';
import { UniqueConstraintError } from 'sequelize';
import { newPassword } from './auth/passwords.ts';
import type { Consultations } from './consultations/service.ts';
import type { Database } from './database/database.ts';
import type { Departments } from './departments/service.ts';
import type { Medicines } from './medicines/service.ts';
import type { Offerings } from './offerings/service.ts';
import type { BuiltinRole } from './permissions/catalogue.ts';
import { holds } from './permissions/roles.ts';
import type { Caller } from './plugins/policy.ts';
import type { PractitionerReviews } from './practitioners/reviews.ts';
import type { Practitioners } from './practitioners/service.ts';
import type { Reviews } from './reviews/service.ts';
import type { Scheduling } from './schedules/service.ts';
import type { UserRow } from './users/model.ts';
import type { Users } from './users/service.ts';

export interface DemoServices {
  offerings: Offerings;
  medicines: Medicines;
  scheduling: Scheduling;
  users: Users;
  consultations: Consultations;
  departments: Departments;
  practitioners: Practitioners;
  practitionerReviews: PractitionerReviews;
  reviews: Pick<Reviews, 'addTag'>;
}

export interface DemoAccount {
  account: string;
  password: string;
}

/** No letters that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 12;
const HOUR = 3_600_000;
/** Account and role → name. */
const people = {
  doctor: '林医生 Dr. Lin',
  patient: '王敏 Wang Min',
  pharmacist: '陈药师 Chen',
  administrator: '管理员 Administrator',
} as const;
type Role = keyof typeof people;
/** Code and name of departments. */
const practice = { 'TCM-IM': '中医内科', ACU: '针灸推拿科', PSY: '心理咨询科' };

/**
 * Fills an empty database.
 * @returns the accounts with their passwords, which are stored nowhere in clear; null when there are users already
 */
export async function createDemo({ transaction }: Pick<Database, 'transaction'>, services: DemoServices): Promise<DemoAccount[] | null> {
  if ((await services.users.count()) > 0) return null;
  const accounts = (Object.keys(people) as Role[]).map((account) => ({ account, password: randomPassword() }));
  try {
    // All or nothing: accounts without their passwords told would lock everybody out for good.
    await transaction(() => fill(services, accounts));
    return accounts;
  } catch (error) {
    // Another node of the same database was faster.
    if (error instanceof UniqueConstraintError) return null;
    throw error;
  }
}

async function fill(services: DemoServices, accounts: readonly (DemoAccount & { account: Role })[]): Promise<void> {
  const { users, consultations } = services;
  const made = new Map<Role, UserRow>();
  for (const { account, password } of accounts)
    made.set(account, await users.create({ account, password, name: people[account], roles: [account] }));
  const [practitioner, visitor, administrator] = [made.get('doctor'), made.get('patient'), made.get('administrator')];
  if (!practitioner || !visitor || !administrator) throw new TypeError('the demo has a doctor, a patient and an administrator');
  const doctor = callerFor(practitioner, 'doctor');
  const practitionerId = await openPractice(services, doctor, callerFor(administrator, 'administrator'));
  await openHours(services, doctor, practitionerId);
  await stockPharmacy(services);
  for (const word of ['态度耐心', '讲解清楚', '专业', '准时']) await services.reviews.addTag(word);
  const start = Date.now();
  await consultations.create(
    { userId: practitioner.id, name: practitioner.name },
    {
      title: '演示问诊 Demo visit',
      patientId: visitor.id,
      scheduledStart: new Date(start).toISOString(),
      scheduledEnd: new Date(start + HOUR).toISOString(),
      lobby: true,
    },
  );
}

/** Departments, and the doctor approved in the first of them. */
async function openPractice({ departments, practitioners, practitionerReviews }: DemoServices, doctor: Caller, administrator: Caller) {
  const ids: string[] = [];
  for (const [code, name] of Object.entries(practice)) {
    const department = { code, name, description: null, sortOrder: ids.length, enabled: true };
    ids.push((await departments.create(department)).id);
  }
  const { id } = await practitioners.create(doctor, {
    ...{ kind: 'doctor', name: doctor.name, title: '主任医师', departmentId: ids[0] ?? null, price: 99 },
    introduction: '从事中医内科临床二十年，擅长失眠、高血压与慢性病的调理。',
    specialities: ['失眠', '高血压', '慢性病调理'],
    qualifications: [{ name: '医师执业证书', number: null, issuer: null, issuedOn: null }],
  });
  const { version } = await practitionerReviews.submit(doctor, id);
  await practitionerReviews.approve(administrator, id, version);
  return id;
}

/** What can be booked, and when. */
async function openHours({ offerings, scheduling }: DemoServices, doctor: Caller, practitionerId: string): Promise<void> {
  const service = { category: 'consultation', description: null, durationMinutes: 30 };
  await offerings.create({ ...service, name: '视频问诊', price: 99, sortOrder: 0 });
  await offerings.create({ ...service, name: '复诊开药', price: 39, sortOrder: 1 });
  const hours = { zone: undefined, slotMinutes: 30, gapMinutes: 0, capacity: 1, serviceType: null, validFrom: null, validUntil: null };
  const everyDay = [1, 2, 3, 4, 5, 6, 7];
  const rules = [
    { weekdays: everyDay, start: '08:00', end: '12:00', ...hours },
    { weekdays: everyDay, start: '14:00', end: '22:00', ...hours },
  ];
  await scheduling.hours.addRules(doctor, practitionerId, { rules, version: 0 });
}

/** Medicines to prescribe, and what they do not go together with. */
async function stockPharmacy({ medicines }: DemoServices): Promise<void> {
  const base = { nameEn: null, prescriptionOnly: true };
  for (const [code, name, ingredients, specification, unit] of [
    ['AML-5', '苯磺酸氨氯地平片', ['amlodipine'], '5mg×28片', '盒'],
    ['ASP-100', '阿司匹林肠溶片', ['aspirin'], '100mg×30片', '盒'],
    ['WAR-25', '华法林钠片', ['warfarin'], '2.5mg×80片', '瓶'],
    ['IBU-300', '布洛芬缓释胶囊', ['ibuprofen'], '0.3g×20粒', '盒'],
    ['AMX-250', '阿莫西林胶囊', ['amoxicillin', 'penicillins'], '0.25g×24粒', '盒'],
    ['MET-500', '盐酸二甲双胍片', ['metformin'], '0.5g×20片', '盒'],
  ] as const) {
    await medicines.create({ ...base, code, name, ingredients: [...ingredients], specification, unit });
  }
  for (const [kind, ingredient, against, severity, reasonZh, reasonEn] of [
    ['drug', 'warfarin', 'aspirin', 'severe', '合用显著增加出血风险', 'Together they bleed much more easily'],
    [
      'drug',
      'aspirin',
      'ibuprofen',
      'mild',
      '布洛芬可能减弱阿司匹林的抗血小板作用',
      'Ibuprofen may weaken the effect of aspirin on platelets',
    ],
    ['allergy', 'penicillins', 'penicillin', 'severe', '青霉素过敏者禁用', 'Not for people allergic to penicillin'],
    ['condition', 'metformin', 'renal-failure', 'severe', '严重肾功能不全者禁用', 'Not in severe kidney failure'],
  ] as const) {
    await medicines.createRule({ kind, ingredient, against, severity, reasonZh, reasonEn });
  }
}

function callerFor({ id, name }: UserRow, role: BuiltinRole): Caller {
  const can: Caller['can'] = (permission) => holds(role, permission);
  return { userId: id, name, sessionId: '', roles: [role], can, requestId: 'demo', ip: '' };
}

/** Easy to type and hard to guess. */
export function randomPassword(): string {
  const password = Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  // One in forty has no digit, which passwords must have.
  return newPassword.safeParse(password).success ? password : randomPassword();
}
