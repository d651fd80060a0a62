/** B5: a request that is repeated under its key has one effect. */
import { randomUUID } from 'node:crypto';
import { until } from '#tests/support/wait.ts';
import { bookingOf } from './places.ts';
import { type Person, type Reply, type Rig, send } from './rig.ts';
import type { Findings, Row } from './row.ts';

interface Asked {
  url: string;
  body: Record<string, unknown>;
  /** Another body, that would be good by itself. */
  other: Record<string, unknown>;
  who: Person;
  /** How often it had its effect. */
  effects(): Promise<number>;
}

export const repeating: Row = {
  id: 'B5 keys',
  what: 'one request under one key, many at once at both processes; another body; the answer lost by kill -9 after the commit',
  goal: 'one effect, the same answer for all, 422 for another body, the first answer again after the loss',
  short: { rounds: 1, clients: 100 },
  full: { rounds: 20, clients: 100 },
  twin: { indexes: ['keys'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    for (let round = 0; round < rounds && !found.failed; round++) {
      const [one, two, three] = await rig.strangers(3);
      await repeat(rig, clients, topUp(rig, one!), found);
      await repeat(rig, clients, booking(rig, two!, bookingOf(practice, practice.freeTime()), practice.freeTime()), found);
      if (!found.failed) await lose(rig, topUp(rig, three!), found);
    }
    found.figure('rounds', rounds);
  },
};

function topUp({ administrator: who, desk }: Rig, { id }: Person): Asked {
  const balance = async () => ((await desk.database.models.balances.findByPk(id))?.balance ?? 0) / 1_000;
  return {
    url: `/users/${id}/balance/top-ups`,
    body: { amount: 10, note: '现金' },
    other: { amount: 11, note: '现金' },
    who,
    effects: balance,
  };
}

function booking({ desk }: Rig, who: Person, body: Asked['body'], scheduledTime: string): Asked {
  const effects = () => desk.database.models.appointments.count({ where: { userId: who.id } });
  return { url: '/appointments', body, other: { ...body, scheduledTime }, who, effects };
}

const told = ({ status, code, data }: Reply): string => JSON.stringify([status, code, data]);

async function repeat(rig: Rig, clients: number, { url, body, other, who, effects }: Asked, found: Findings): Promise<void> {
  const key = randomUUID();
  const post = (index: number, sent: object) => send(rig.node(index), 'POST', url, { token: who.token, key, body: sent });
  const replies = await Promise.all(Array.from({ length: clients }, (_, i) => post(i, body)));
  for (const { status, code, ms } of replies) {
    found.took(ms);
    if (status !== 200) found.fault(`${url}: ${status} ${code}`);
  }
  found.expect('effects', await effects(), 1);
  found.expect('different answers', new Set(replies.map(told)).size, 1);
  for (const i of [0, 1]) {
    const refused = await post(i, other);
    found.expect('another body', [refused.status, refused.code], [422, 'idempotency_key_reused']);
    found.expect('the answer later', told(await post(i, body)), told(replies[0]!));
  }
  found.expect('effects in the end', await effects(), 1);
}

/** The process is killed when the effect is committed and the answer is not sent. */
async function lose(rig: Rig, { url, body, who, effects }: Asked, found: Findings): Promise<void> {
  const key = randomUUID();
  const asked = { token: who.token, key, body };
  const victim = await rig.extra(['pause-after-commit']);
  try {
    const lost = send(victim, 'POST', url, asked);
    await until('the commit', async () => (await effects()) === 1);
    await victim.kill();
    found.expect('the answer of who was killed', (await lost).status, 0);
  } finally {
    await victim.close();
  }
  const replies = [await send(rig.node(0), 'POST', url, asked), await send(rig.node(1), 'POST', url, asked)];
  found.expect(
    'statuses after the loss',
    replies.map(({ status }) => status),
    [200, 200],
  );
  found.expect('different answers after the loss', new Set(replies.map(told)).size, 1);
  found.expect('effects after the loss', await effects(), 1);
}
