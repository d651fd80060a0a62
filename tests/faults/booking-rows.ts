/** B1: nothing is booked twice. */
import { fund } from '#tests/support/till.ts';
import { book, cancel, checkPlaces, judge, pay } from './places.ts';
import { type Person, type Practice, type Reply, type Rig, send } from './rig.ts';
import { inLanes, type Row } from './row.ts';

const REFUSALS = ['slot_taken'];

export const oneSlot: Row = {
  id: 'B1 one slot',
  what: 'all clients want the same half hour at once',
  goal: 'one success, the others 409, no 5xx, p99 below 1 s',
  short: { rounds: 5, clients: 60 },
  full: { rounds: 100, clients: 200 },
  p99Ms: 1_000,
  twin: { indexes: ['claims'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.patients(clients);
    await warmUp(rig, people);
    for (let round = 0; round < rounds && !found.failed; round++) {
      const time = practice.freeTime();
      const replies = await Promise.all(people.map((person, i) => book(rig, i, person, practice, time)));
      const [winner, ...more] = judge(found, 'booking', replies, REFUSALS);
      found.expect('successes', more.length + (winner ? 1 : 0), 1);
      await checkPlaces(rig.desk, practice.practitionerId, found);
      // Nobody holds more than a few places.
      const owner = people[replies.findIndex((reply) => reply === winner)];
      if (winner && owner) await cancel(rig, round, owner, winner.data.appointmentId);
    }
    found.figure('rounds', rounds);
    found.figure('clients', clients);
  },
};

export const seats: Row = {
  id: 'B1 seats',
  what: 'all clients want a half hour that has room for four',
  goal: 'each seat taken once, the others 409, nothing left of those who had to look for another seat, no 5xx',
  short: { rounds: 3, clients: 24 },
  full: { rounds: 50, clients: 100 },
  twin: { indexes: ['claims'] },
  async play(rig, { rounds, clients }, found) {
    const capacity = 4;
    const practice = await rig.practice({ capacity });
    const people = await rig.patients(clients);
    await warmUp(rig, people);
    for (let round = 0; round < rounds && !found.failed; round++) {
      const time = practice.freeTime();
      const replies = await Promise.all(people.map((person, i) => book(rig, i, person, practice, time)));
      found.expect('successes', judge(found, 'booking', replies, REFUSALS).length, capacity);
      await checkPlaces(rig.desk, practice.practitionerId, found, capacity);
      await giveUp(rig, people, replies);
    }
    found.figure('rounds', rounds);
  },
};

export const lengths: Row = {
  id: 'B1 lengths',
  what: 'visits of 30, 60 and 90 minutes over each other, wanted by all clients at once',
  goal: 'no two visits overlap, every visit has all of its time, no 5xx',
  short: { rounds: 2, clients: 40 },
  full: { rounds: 20, clients: 100 },
  twin: { indexes: ['claims'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const services = [practice.serviceId, await rig.service(60), await rig.service(90)];
    const people = await rig.patients(clients);
    await warmUp(rig, people);
    let booked = 0;
    for (let round = 0; round < rounds && !found.failed; round++) {
      const first = Date.parse(practice.freeTime());
      const replies = await Promise.all(
        people.map((person, i) => {
          const start = new Date(first + (i % 8) * 1_800_000).toISOString();
          return book(rig, i, person, practice, start, services[i % 3]);
        }),
      );
      booked += judge(found, 'booking', replies, REFUSALS).length;
      await checkPlaces(rig.desk, practice.practitionerId, found);
      await giveUp(rig, people, replies);
    }
    found.figure('booked', booked);
  },
};

export const moving: Row = {
  id: 'B1 move',
  what: 'confirmed visits move to a time that all others book, who want the old times as well',
  goal: 'each time has one visit at most, whoever moves has a time, no 5xx',
  short: { rounds: 3, clients: 16 },
  full: { rounds: 50, clients: 32 },
  twin: { indexes: ['claims'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.patients(clients);
    await warmUp(rig, people);
    const movers = 4;
    for (let round = 0; round < rounds && !found.failed; round++) {
      const olds = Array.from({ length: movers }, () => practice.freeTime());
      const wanted = practice.freeTime();
      const held = await Promise.all(olds.map((time, i) => confirmed(rig, i, people[i]!, practice, time)));
      const move = (i: number) =>
        send(rig.node(i), 'PATCH', `/appointments/${held[i]!.appointmentId}`, { token: people[i]!.token, body: { scheduledTime: wanted } });
      const others = people.slice(movers);
      const replies = await Promise.all([
        ...held.map((_, i) => move(i)),
        ...others.map((person, i) => book(rig, i, person, practice, i % 2 ? wanted : olds[i % movers]!)),
      ]);
      judge(found, 'moving and booking', replies, REFUSALS);
      await checkPlaces(rig.desk, practice.practitionerId, found);
      const rows = await rig.desk.database.models.appointments.findAll({ where: { id: held.map(({ appointmentId }) => appointmentId) } });
      const moved = replies.slice(0, movers).filter(({ status }) => status === 200).length;
      found.expect('visits that moved', rows.filter(({ startsAt }) => startsAt.getTime() === Date.parse(wanted)).length, moved);
      await Promise.all(held.map(({ appointmentId }, i) => cancel(rig, i, people[i]!, appointmentId)));
      await giveUp(rig, others, replies.slice(movers));
    }
  },
};

export const cancelling: Row = {
  id: 'B1 cancel',
  what: 'a confirmed visit is called off, several times, while all others book its time',
  goal: 'one visit at most, called off and paid back once, no 5xx',
  short: { rounds: 4, clients: 16 },
  full: { rounds: 50, clients: 32 },
  twin: { indexes: ['claims'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.patients(clients);
    await warmUp(rig, people);
    const { models } = rig.desk.database;
    for (let round = 0; round < rounds && !found.failed; round++) {
      const time = practice.freeTime();
      const [owner, ...others] = people as [Person, ...Person[]];
      const { appointmentId, orderId } = await confirmed(rig, round, owner, practice, time);
      const cancels = [0, 1, 2, 3].map((i) => cancel(rig, i, owner, appointmentId));
      const booked = await Promise.all(others.map((person, i) => book(rig, i, person, practice, time)));
      judge(found, 'booking', booked, REFUSALS);
      found.expect('times called off', judge(found, 'calling off', await Promise.all(cancels), ['wrong_state']).length, 1);
      found.expect('refunds', await models.refunds.count({ where: { orderId } }), 1);
      // Who came too early for the place may have it now: one of them.
      const again = await Promise.all(others.map((person, i) => book(rig, i, person, practice, time)));
      judge(found, 'booking', again, [...REFUSALS, 'patient_busy']);
      const winners = [...booked, ...again].filter(({ status }) => status === 200);
      found.expect('visits at this time', winners.length, 1);
      await checkPlaces(rig.desk, practice.practitionerId, found);
      await giveUp(rig, others, booked);
      await giveUp(rig, others, again);
    }
  },
};

export const queueNumbers: Row = {
  id: 'B1 queue',
  what: 'visits of one day are paid at once',
  goal: 'numbers from 1 on without gap or duplicate, growing in the order of the payments',
  short: { rounds: 1, clients: 40 },
  full: { rounds: 5, clients: 160 },
  twin: { sources: ['queue-read-then-write'], indexes: ['queue'] },
  async play(rig, { rounds, clients }, found) {
    for (let round = 0; round < rounds && !found.failed; round++) {
      // Others each time: nobody is in two visits at once.
      const people = await rig.strangers(clients);
      await warmUp(rig, people);
      const practice = await rig.practice({ capacity: 16 });
      const first = Date.parse(practice.freeTime());
      const booked: { person: Person; orderId: string; appointmentId: string }[] = [];
      await inLanes(clients, 8, async (i) => {
        const person = people[i]!;
        await fund(rig.desk, person.id, 9_900);
        const time = new Date(first + (i % 14) * 1_800_000).toISOString();
        const { data } = await book(rig, i, person, practice, time);
        booked.push({ person, orderId: data.orderId, appointmentId: data.appointmentId });
      });
      const paid: Reply[] = [];
      await inLanes(clients, 16, async (i) => void (paid[i] = await pay(rig, i, booked[i]!.person, booked[i]!.orderId)));
      judge(found, 'payment', paid, []);
      const numbers = await numbersOf(
        rig,
        booked.map(({ appointmentId }) => appointmentId),
      );
      found.expect(
        'numbers',
        numbers.toSorted((a, b) => a - b),
        Array.from({ length: clients }, (_, i) => i + 1),
      );
      // What was answered before another was asked has the smaller number.
      const inversions = paid.filter(({ from }, b) => paid.some(({ until }, a) => until < from && numbers[a]! > numbers[b]!));
      found.expect('numbers against the order of the payments', inversions.length, 0);
    }
  },
};

/** What was booked is called off again: nobody holds more than a few places. */
async function giveUp(rig: Rig, people: readonly Person[], replies: readonly Reply[]): Promise<void> {
  const booked = replies.flatMap(({ status, data }, i) =>
    status === 200 ? [{ owner: people[i]!, id: data.appointmentId as string }] : [],
  );
  await Promise.all(booked.map(({ owner, id }, i) => cancel(rig, i, owner, id)));
}

async function numbersOf({ desk }: Rig, ids: readonly string[]): Promise<number[]> {
  const rows = await desk.database.models.appointments.findAll({ where: { id: [...ids] } });
  const numbers = new Map(rows.map(({ id, queueNo }) => [id, queueNo ?? 0]));
  return ids.map((id) => numbers.get(id) ?? 0);
}

/** Both processes know who they are: measured is the booking. */
async function warmUp(rig: Rig, people: readonly Person[]): Promise<void> {
  await inLanes(people.length * 2, 16, (i) => send(rig.node(i), 'GET', '/auth/session', { token: people[i >> 1]!.token }));
}

/** A visit that is booked and paid. */
async function confirmed(rig: Rig, index: number, person: Person, practice: Practice, time: string) {
  await fund(rig.desk, person.id, 9_900);
  const booked = await book(rig, index, person, practice, time);
  const paid = booked.status === 200 ? await pay(rig, index, person, booked.data.orderId) : booked;
  if (paid.status !== 200) throw new Error(`not prepared: ${paid.status} ${paid.code}`);
  return booked.data as { appointmentId: string; orderId: string };
}
