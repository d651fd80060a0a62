/** What a newcomer needs to look around: an account for each kind of work, an approved doctor, and a visit with a patient. */
import { randomInt } from 'node:crypto';
import { UniqueConstraintError } from 'sequelize';
import type { Consultations } from './consultations/service.ts';
import type { Database } from './database/database.ts';
import type { Departments } from './departments/service.ts';
import type { BuiltinRole } from './permissions/catalogue.ts';
import { holds } from './permissions/roles.ts';
import type { Caller } from './plugins/policy.ts';
import type { PractitionerReviews } from './practitioners/reviews.ts';
import type { Practitioners } from './practitioners/service.ts';
import type { UserRow } from './users/model.ts';
import type { Users } from './users/service.ts';

export interface DemoServices {
  users: Users;
  consultations: Consultations;
  departments: Departments;
  practitioners: Practitioners;
  practitionerReviews: PractitionerReviews;
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
  await openPractice(services, callerFor(practitioner, 'doctor'), callerFor(administrator, 'administrator'));
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
}

function callerFor({ id, name }: UserRow, role: BuiltinRole): Caller {
  const can: Caller['can'] = (permission) => holds(role, permission);
  return { userId: id, name, sessionId: '', roles: [role], can, requestId: 'demo', ip: '' };
}

/** Easy to type and hard to guess. */
export function randomPassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
