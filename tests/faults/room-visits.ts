/** Visits with people in them, for the rows about rooms, and what those rows look at. */
import { randomUUID } from 'node:crypto';
import type { Role } from '#rooms/protocol.ts';
import type { RtpCapabilities } from '#sfu/types.ts';
import { booking } from '#tests/support/app.ts';
import type { TestNode } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';
import { type Person, type Rig, send } from './rig.ts';
import { RoomPerson, type RoomPersonOptions } from './room-person.ts';

/** Settings of the processes for rows about rooms: people of the plays are faster than people, and the machine that they share is busy. */
export const ROOM_ENV = {
  ...{ RATE_CHAT_PER_10_SECONDS: '1000000', RATE_SOCKET_PER_SECOND: '100000', RATE_JOIN_PER_10_SECONDS: '100000' },
  ...{ ROOM_EMPTY_MS: '500', SOCKET_PING_TIMEOUT_MS: '4000', MEDIA_WORKER_CPU_LIMIT: '1' },
};

export interface PlannedVisit {
  id: string;
  /** Who they are, in the order of the roles. */
  persons: Person[];
  /** How each of them comes in. */
  ways: RoomPersonOptions[];
}

export interface RoomVisit extends PlannedVisit {
  /** In the order of the roles; nobody has come in yet. */
  people: RoomPerson[];
}

export interface VisitOptions {
  roles: readonly Role[];
  lobby?: boolean;
  /** Whether its people send and receive sound. */
  sound?: boolean;
  /** Whether its people know one process only, each their own. */
  rooted?: boolean;
}

/** Makes a visit, and its people in this process. Its first person tries the node of this number first, the second the other one, and so on. */
export async function makeVisit(rig: Rig, first: number, options: VisitOptions): Promise<RoomVisit> {
  const visit = await planRoom(rig, first, options);
  return { ...visit, people: visit.ways.map((way) => new RoomPerson(way)) };
}

/** A visit as `makeVisit()` makes it, without its people. */
export async function planRoom(
  rig: Rig,
  first: number,
  { roles, lobby = false, sound = false, rooted = false }: VisitOptions,
): Promise<PlannedVisit> {
  const { models, transaction } = rig.desk.database;
  const id = randomUUID();
  const people = await rig.strangers(roles.length);
  const from = Date.now();
  await transaction(async () => {
    await models.consultations.create({
      ...{ id, title: '复诊', status: 'scheduled', practitionerUserId: people[0]!.id, lobby, locked: false, roomEpoch: 0, version: 1 },
      ...{ scheduledStart: new Date(from), scheduledEnd: new Date(from + 4 * 3_600_000) },
    });
    const members = people.map((person, index) => ({ id: randomUUID(), userId: person.id, role: roles[index]! }));
    await models.members.bulkCreate(members.map((member) => ({ ...member, consultationId: id, name: '王敏', accessEpoch: 1 })));
  });
  const capabilities = sound ? await capabilitiesOf(rig) : undefined;
  return {
    id,
    persons: people,
    ways: people.map(({ token }, index) => {
      const urls = [first + index, first + index + 1].slice(0, rooted ? 1 : 2).map((node) => rig.node(node).url);
      return { token, consultationId: id, urls, ...(capabilities && { capabilities }) };
    }),
  };
}

/** A visit of a doctor, for REST. @returns its id */
export async function planVisit({ desk, doctor }: Rig): Promise<string> {
  const { body } = await desk.call('POST', '/api/v1/consultations', doctor.token, booking(desk.people.patient.id));
  return body.data.id;
}

/** Brings everybody out, and the rooms to their end, so that another play finds none. */
export async function leaveAll(rig: Rig, visits: readonly RoomVisit[]): Promise<void> {
  await Promise.all(visits.flatMap(({ people }) => people.map((person) => person.leave())));
  await roomsToClose(rig);
}

/** Waits until no room is open. */
export async function roomsToClose(rig: Rig): Promise<void> {
  const open = async () => (await Promise.all([0, 1].map((index) => metricOf(rig.node(index), 'rooms_open')))).some((count) => count !== 0);
  // A play that has failed may have left them as they are.
  await until('rooms to close', async () => !(await open()), 15_000).catch(() => undefined);
}

async function capabilitiesOf(rig: Rig): Promise<RtpCapabilities> {
  const { data } = await send(rig.node(0), 'GET', '/media/capabilities');
  return data.routerRtpCapabilities;
}

/** Epochs of visits: how often each was taken over. */
export async function epochsOf({ desk }: Rig, visits: readonly { id: string }[]): Promise<Map<string, number>> {
  const rows = await desk.database.models.consultations.findAll({ where: { id: visits.map(({ id }) => id) } });
  return new Map(rows.map(({ id, roomEpoch }) => [id, roomEpoch]));
}

/** One figure of a process; null while it does not answer. */
export async function metricOf({ url }: Pick<TestNode, 'url'>, name: string): Promise<number | null> {
  const text = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.text(),
    () => '',
  );
  const samples = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return samples.length === 0 ? null : samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Waits until everybody hears everybody else of their visit over the connections that they have now. */
export function allHear(visits: readonly Pick<RoomVisit, 'people'>[], withinMs = 30_000): Promise<unknown> {
  const deaf = () =>
    visits.some(({ people }) => people.some((one) => people.some((other) => other !== one && one.hears(other.peerId) < 3)));
  return until('sound to arrive', () => !deaf(), withinMs, 20);
}

/** Waits until everybody has come in since. @throws with who has not, and why */
export async function allCome(people: readonly RoomPerson[], since: number, withinMs: number): Promise<void> {
  const missing = (): RoomPerson[] => people.filter(({ cameAt, phase }) => cameAt <= since || phase === 'out');
  await until('everybody to come in', () => missing().length === 0, withinMs, 10).catch((cause: unknown) => {
    throw new Error(
      `not there: ${missing()
        .map(({ phase, trouble }) => `${phase} (${trouble})`)
        .join(', ')}`,
      { cause },
    );
  });
}

/** Longest and 95 of 100, of figures in ms. */
export function spread(values: readonly number[]): { p95: number; longest: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return { p95: Math.round(sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0), longest: Math.round(sorted.at(-1) ?? 0) };
}
