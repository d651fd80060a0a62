/** What people of a clinic ask for in an ordinary hour: the reference load. Weights are shares of the requests of one kind of person. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DAY, type Wish } from '../free-times.ts';
import type { Client } from './client.ts';

export type Kind = 'patient' | 'doctor' | 'administrator';

export interface Person {
  kind: Kind;
  account: string;
  token: string;
}

/** What everybody draws from. */
export interface Clinicals {
  password: string;
  serviceId: string;
  practitionerIds: readonly string[];
  /** Times that nobody has; one that was called off goes back. */
  wishes: Wish[];
}

interface Ask {
  name: string;
  weight: number;
  run(client: Client, person: Person, clinic: Clinicals): Promise<unknown>;
}

/** Between booking and calling off, in ms. */
const SECOND_THOUGHTS_MS = 500;

const dateOf = (days: number): string => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
const any = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;

function read(name: string, weight: number, path: string | ((clinic: Clinicals) => string)): Ask {
  const of = typeof path === 'string' ? () => path : path;
  return { name, weight, run: (client, { token }, clinic) => client.ask(name, { path: of(clinic), token }) };
}

async function book(client: Client, { token }: Person, { serviceId, wishes }: Clinicals): Promise<void> {
  const wish = wishes.shift();
  if (!wish) throw new Error('no free times are left');
  const body = { ...wish, serviceId, contactPerson: '王敏', contactPhone: '15400000001' };
  const booked = await client.ask<{ appointmentId: string }>('book', { path: '/appointments', token, body });
  if (!booked) return;
  await sleep(SECOND_THOUGHTS_MS);
  const path = `/appointments/${booked.appointmentId}/cancel`;
  if (await client.ask('call off', { path, token, body: { reason: '临时有事' } })) wishes.push(wish);
}

const signIn: Ask = {
  name: 'sign in',
  weight: 2,
  run: (client, { account }, { password }) => client.ask('sign in', { path: '/auth/login', token: null, body: { account, password } }),
};

/** What every page asks for. */
const pages: Ask[] = [
  read('unread notices', 12, '/notifications/unread'),
  read('own account', 4, '/users/me'),
  read('menu', 4, '/menus/mine'),
  signIn,
];

const asks: Record<Kind, readonly Ask[]> = {
  patient: [
    ...pages,
    read('departments', 4, '/departments?pageSize=100'),
    read('practitioners', 10, '/practitioners?pageSize=20'),
    read('one practitioner', 8, ({ practitionerIds }) => `/practitioners/${any(practitionerIds)}`),
    read(
      'slots of 30 days',
      10,
      ({ practitionerIds }) => `/practitioners/${any(practitionerIds)}/slots?from=${dateOf(0)}&until=${dateOf(29)}`,
    ),
    read('own appointments', 12, '/appointments?pageSize=20'),
    read('own orders', 6, '/orders?pageSize=20'),
    read('visit profiles', 4, '/visit-profiles'),
    read('notices', 4, '/notifications?pageSize=20'),
    { name: 'book', weight: 3, run: book },
  ],
  doctor: [
    ...pages,
    read('appointments of the doctor', 14, '/appointments?as=practitioner&pageSize=20'),
    read('video visits', 10, '/consultations?pageSize=20'),
    read('records', 8, '/medical-records?pageSize=20'),
    read('patients', 6, '/patients?pageSize=20'),
    read('prescriptions', 6, '/prescriptions?pageSize=20'),
  ],
  administrator: [
    ...pages,
    read('appointments of all', 14, '/appointments?as=all&pageSize=20&sort=-startsAt'),
    read('users', 8, '/users?pageSize=20'),
    read('orders of all', 8, '/orders?pageSize=20'),
    read('visits by day', 2, () => `/consultations/statistics?from=${dateOf(-30)}T00:00:00Z&to=${dateOf(0)}T00:00:00Z`),
  ],
};

const kinds = Object.keys(asks) as Kind[];
/** Names of all requests of a kind of person, each once. */
export const everything = kinds.flatMap((kind) => asks[kind].map((ask) => ({ kind, ...ask })));

/** One request of somebody, drawn by weight. */
export async function askSomething(client: Client, person: Person, clinic: Clinicals): Promise<void> {
  const own = asks[person.kind];
  let draw = Math.random() * own.reduce((sum, { weight }) => sum + weight, 0);
  const ask = own.find(({ weight }) => (draw -= weight) < 0) ?? own[0];
  await ask?.run(client, person, clinic);
}
