/** The REST side of tests against a running server: sign in, make visits. */
import type { Account, TestServer } from './server.ts';

/** Where the API is: a server, or the balancer of several. */
type Site = Pick<TestServer, 'url'>;
/** One with the demo's accounts. */
type DemoSite = Pick<TestServer, 'url' | 'doctor' | 'patient'>;

export interface SignedIn {
  token: string;
  user: { id: string; name: string; roles: string[] };
}

interface Envelope<T> {
  success: boolean;
  data: T;
  error?: { code: string };
}

/** Calls the REST API. @throws when the answer is not a success, with its code */
export async function api<T>(server: Site, method: string, path: string, options: { token?: string; body?: unknown } = {}): Promise<T> {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  });
  const answer = (await response.json()) as Envelope<T>;
  if (!answer.success) throw new Error(`${method} ${path}: ${response.status} ${answer.error?.code}`);
  return answer.data;
}

export function signIn(server: Site, { account, password }: Account): Promise<SignedIn> {
  return api(server, 'POST', '/auth/login', { body: { account, password } });
}

export interface Visit {
  id: string;
  doctor: SignedIn;
  patient: SignedIn;
}

/** A visit between the two demo accounts that starts now. */
export async function createVisit(server: DemoSite, options: { lobby?: boolean } = {}): Promise<Visit> {
  const [doctor, patient] = await Promise.all([signIn(server, server.doctor), signIn(server, server.patient)]);
  const now = Date.now();
  const { id } = await api<{ id: string }>(server, 'POST', '/consultations', {
    token: doctor.token,
    body: {
      title: 'Follow-up',
      patientId: patient.user.id,
      scheduledStart: new Date(now).toISOString(),
      scheduledEnd: new Date(now + 1_800_000).toISOString(),
      lobby: options.lobby ?? false,
    },
  });
  return { id, doctor, patient };
}
