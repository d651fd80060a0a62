/** What a newcomer needs to look around: an account for each kind of work, and a visit between two of them. */
import { randomInt } from 'node:crypto';
import { UniqueConstraintError } from 'sequelize';
import type { Consultations } from './consultations/service.ts';
import type { Database } from './database/database.ts';
import type { UserRow } from './users/model.ts';
import type { Users } from './users/service.ts';

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

/**
 * Fills an empty database.
 * @returns the accounts with their passwords, which are stored nowhere in clear; null when there are users already
 */
export async function createDemo(
  { transaction }: Pick<Database, 'transaction'>,
  users: Users,
  consultations: Consultations,
): Promise<DemoAccount[] | null> {
  if ((await users.count()) > 0) return null;
  const accounts = (Object.keys(people) as Role[]).map((account) => ({ account, password: randomPassword() }));
  try {
    // All or nothing: accounts without their passwords told would lock everybody out for good.
    await transaction(() => fill(users, consultations, accounts));
    return accounts;
  } catch (error) {
    // Another node of the same database was faster.
    if (error instanceof UniqueConstraintError) return null;
    throw error;
  }
}

async function fill(users: Users, consultations: Consultations, accounts: readonly (DemoAccount & { account: Role })[]): Promise<void> {
  const made = new Map<Role, UserRow>();
  for (const { account, password } of accounts)
    made.set(account, await users.create({ account, password, name: people[account], roles: [account] }));
  const [practitioner, visitor] = [made.get('doctor'), made.get('patient')];
  if (!practitioner || !visitor) throw new TypeError('the demo has a doctor and a patient');
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

/** Easy to type and hard to guess. */
export function randomPassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
