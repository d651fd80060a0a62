/** Practitioners, patients and visits for tests of the clinic, on both engines. */
import sharp from 'sharp';
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import { type Answer, booking, startApp, type TestApp } from './app.ts';
import { newMariaDb } from './databases.ts';

export interface Person {
  id: string;
  token: string;
}

/** Runs the same tests against the application on each engine; `server()` is valid inside of tests and hooks. */
export function describeApps(title: string, tests: (server: () => TestApp) => void, env: Record<string, string> = {}): void {
  describe.each(['sqlite', 'mysql'] as const)(`${title} on %s`, (dialect) => {
    let server: TestApp | undefined;
    beforeAll(async () => {
      server = await startApp({ ...env, ...(dialect === 'mysql' && { DATABASE_URL: await newMariaDb() }) });
    }, 60_000);
    afterAll(() => server?.close());
    tests(() => {
      if (!server) throw new Error('the application has not started');
      return server;
    });
  });
}

/** Data of an answer. @throws when it is no success */
// The shape is what the tests check.
// oxlint-disable-next-line no-explicit-any
export function dataOf<T = any>({ status, body }: Answer): T {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body.data;
}

/** Makes a practitioner whose profile is approved. @returns the full profile */
export async function approve(server: TestApp, person: Person, profile: Record<string, unknown> = {}) {
  const url = '/api/v1/practitioners';
  const made = dataOf(await server.call('POST', url, person.token, { kind: 'doctor', name: 'Dr. Test', ...profile }));
  const { version } = dataOf(await server.call('POST', `${url}/${made.id}/submit`, person.token));
  return dataOf(await server.call('POST', `${url}/${made.id}/approve`, server.people.administrator.token, { version }));
}

/** An uploaded image of somebody. @returns its id */
export async function uploadImage(server: TestApp, ownerId: string): Promise<string> {
  const content = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#2a7' } })
    .png()
    .toBuffer();
  const { id } = await server.modules.files.store({ ownerId, category: 'document', name: 'image.png', content });
  return id;
}

/** A visit of the two that has begun; the doctor is approved, unless there is a profile already. @returns its id */
export async function begunVisit(server: TestApp, doctor: Person, patient: Person): Promise<string> {
  if (!(await server.modules.practitioners.byUser(doctor.id))) await approve(server, doctor);
  const { id } = dataOf(await server.call('POST', '/api/v1/consultations', doctor.token, booking(patient.id)));
  const policy = createConsultationPolicy(server.database, server.foundation.vault);
  const { epoch } = await policy.open(id);
  await policy.started(id, epoch, Date.now());
  return id;
}

/** Codes of errors, or null for a success: for comparing many answers. */
export const codesOf = (answers: readonly Answer[]): (string | null)[] => answers.map(({ body }) => body.error?.code ?? null);
