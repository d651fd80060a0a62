/** Who asks, in the matrix of who may do what: people of each kind, and those whom the server should not know (any more). */
import type { TestApp } from '../app.ts';
import { givePassword } from '../app.ts';
import { approve } from '../people.ts';

/** What the objects of the world belong to: the patient and the doctor of side A, or those of side B. */
export const sides = ['a', 'b'] as const;
export type Side = (typeof sides)[number];

/** Kinds of people, as the declarations name them. */
export const kinds = [
  ...(['patient', 'doctor', 'newDoctor', 'counselor', 'pharmacist', 'streamer', 'staff', 'administrator'] as const),
  ...(['guest', 'anonymous', 'expired', 'signedOut', 'suspended'] as const),
] as const;
export type Kind = (typeof kinds)[number];

export interface Identity {
  name: string;
  kind: Kind;
  /** Whose objects are the own ones. */
  side: Side | null;
  id: string | null;
  token: string | null;
  /** Has just proved who they are. */
  fresh: boolean;
  address: string;
}

const PHONES: Record<Side, string> = { a: '+8613911110001', b: '+8613922220002' };
export const phoneOf = (side: Side): string => PHONES[side].slice(3);
export const emailOf = (side: Side): string => `canary-${side}@patient.example`;

type More = { side?: Side; fresh?: boolean; phone?: string; email?: string };

/** Everybody but guests, whose token needs a visit. By name. */
export async function createIdentities(server: TestApp): Promise<Record<string, Identity>> {
  const made: Record<string, Identity> = {};
  let count = 0;
  async function add(name: string, kind: Kind, roles: string[], more: More = {}): Promise<Identity> {
    const { side = null, fresh = true, ...values } = more;
    const account = `matrix-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
    const { id } = await server.users.create({ account, name: `${name} 甲乙`, roles, ...values });
    await givePassword(server.database, id);
    const token = await server.signIn(account);
    if (fresh) await server.stepUp(token);
    return (made[name] = { name, kind, side, id, token, fresh, address: `198.51.100.${++count}` });
  }
  for (const side of sides) {
    await add(`patient-${side}`, 'patient', ['patient'], { side, phone: PHONES[side], email: emailOf(side) });
    const doctor = await add(`doctor-${side}`, 'doctor', ['doctor'], { side });
    await approve(server, asPerson(doctor), { name: `林医生${side}` });
  }
  const newDoctor = await add('newDoctor', 'newDoctor', ['doctor']);
  await server.call('POST', '/api/v1/practitioners', newDoctor.token, { kind: 'doctor', name: 'Nobody looked yet' });
  const counselor = await add('counselor', 'counselor', ['counselor']);
  await approve(server, asPerson(counselor), { kind: 'counselor', name: '咨询师' });
  await add('pharmacist', 'pharmacist', ['pharmacist']);
  await add('streamer', 'streamer', ['streamer']);
  await add('staff', 'staff', ['service_staff']);
  await add('administrator', 'administrator', ['administrator']);
  await add('administrator, not verified', 'administrator', ['administrator'], { fresh: false });

  const nobody = (name: Kind, token: string | null): void => {
    made[name] = { name, kind: name, side: null, id: null, token, fresh: false, address: `198.51.100.${++count}` };
  };
  nobody('anonymous', null);
  const patient = asPerson(made['patient-a']!);
  nobody('expired', server.tokens.forUser({ ...patient, name: 'x', roles: ['administrator'] }, 'session', new Date(Date.now() - 1_000)));
  nobody('signedOut', (await add('leaver', 'administrator', ['administrator'])).token);
  nobody('suspended', (await add('outcast', 'administrator', ['administrator'])).token);
  await server.call('POST', '/api/v1/auth/logout', made['signedOut']!.token);
  const { administrator, outcast } = made;
  await server.call('PUT', `/api/v1/users/${outcast!.id}/status`, administrator!.token, { status: 'suspended' });
  delete made['leaver'];
  delete made['outcast'];
  return made;
}

export function asPerson({ id, token }: Identity): { id: string; token: string } {
  if (!id || !token) throw new Error('nobody in particular');
  return { id, token };
}
