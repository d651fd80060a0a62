/** What a newcomer needs to look around: two accounts and a visit between them. */
import { randomInt } from 'node:crypto';
import { UniqueConstraintError } from 'sequelize';
import type { Consultations } from './consultations/service.ts';
import type { Database } from './database/database.ts';
import type { Users } from './users/service.ts';

export interface DemoAccount {
  account: string;
  password: string;
}

/** No letters that look alike. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const PASSWORD_LENGTH = 12;
const HOUR = 3_600_000;

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
  const accounts = ['doctor', 'patient'].map((account) => ({ account, password: randomPassword() }));
  const [doctor, patient] = accounts as [DemoAccount, DemoAccount];
  try {
    // All or nothing: accounts without their passwords told would lock everybody out for good.
    await transaction(() => fill(users, consultations, doctor, patient));
    return accounts;
  } catch (error) {
    // Another node of the same database was faster.
    if (error instanceof UniqueConstraintError) return null;
    throw error;
  }
}

async function fill(users: Users, consultations: Consultations, doctor: DemoAccount, patient: DemoAccount): Promise<void> {
  const practitioner = await users.create({ ...doctor, name: '林医生 Dr. Lin', roles: ['doctor'] });
  const visitor = await users.create({ ...patient, name: '王敏 Wang Min', roles: ['patient'] });
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

function randomPassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
