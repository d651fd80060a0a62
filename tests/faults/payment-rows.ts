/** B1 (payments of one visit at once) and B2: nothing is paid or credited twice. */
import { randomUUID } from 'node:crypto';
import type { Notice } from '#src/partners/payments/deliver.ts';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import { fund, leaveAlone, YES } from '#tests/support/till.ts';
import { until } from '#tests/support/wait.ts';
import { book, judge, pay } from './places.ts';
import { carry, type Person, type Practice, type Reply, type Rig, send } from './rig.ts';
import { type Findings, inLanes, type Row } from './row.ts';

const FEN = 9_900;

interface Bought {
  orderId: string;
  appointmentId: string;
  payer: Person;
  /** Attempt at the partner. */
  id: string;
  paymentNo: string;
}

/** A visit that was paid at the partner, whose notice is held back. Nobody asks the partner about it by themselves. */
async function bought(rig: Rig, practice: Practice, payer: Person, channel: Channel): Promise<Bought> {
  const booked = await book(rig, 0, payer, practice, practice.freeTime());
  if (booked.status !== 200) throw new Error(`not prepared: ${booked.status} ${booked.code}`);
  const { orderId, appointmentId } = booked.data;
  const begun = await begin(rig, payer, orderId, channel);
  await leaveAlone(rig.desk, begun.data.id);
  await rig.partners[channel].pay(begun.data.paymentNo, { notify: false });
  return { orderId, appointmentId, payer, id: begun.data.id, paymentNo: begun.data.paymentNo };
}

const begin = (rig: Rig, { token }: Person, orderId: string, method: Channel): Promise<Reply> =>
  send(rig.node(0), 'POST', `/orders/${orderId}/payments`, { token, key: randomUUID(), body: { method } });

/** What came of it in the database. */
async function effectsOf({ desk }: Rig, { orderId, appointmentId, id, payer }: Bought) {
  const { models } = desk.database;
  const told = await models.outbox.findAll({ where: { topic: 'notification.send' }, attributes: ['payload'] });
  return {
    status: (await models.orders.findByPk(orderId))?.status,
    visit: (await models.appointments.findByPk(appointmentId))?.status,
    paid: await models.orderLog.count({ where: { orderId, event: 'PAY_SUCCESS' } }),
    confirmed: await models.appointmentLog.count({ where: { appointmentId, action: 'confirm' } }),
    credited: await models.payments.count({ where: { paidOrderId: orderId } }),
    // But for the notice that the order is there and waits.
    told: told.filter(({ payload }) => payload.includes(orderId) && !payload.includes('order.created')).length,
    refunds: await models.refunds.count({ where: { orderId } }),
    claimed: (await models.payments.findByPk(id))?.claimed,
    balance: (await models.balances.findByPk(payer.id))?.balance ?? 0,
  };
}
const ONCE = { status: 'CONFIRMED', visit: 'confirmed', paid: 1, confirmed: 1, credited: 1, told: 1, refunds: 0, claimed: 0, balance: 0 };

/** Carries a notice many times, in turn to both processes. Each has to be answered as the partner wants. */
async function replay(rig: Rig, channel: Channel, times: number, notice: () => Notice, found: Findings, atOnce = 64): Promise<void> {
  await inLanes(times, atOnce, async (index) => {
    const { status, body, ms } = await carry(rig.node(index), channel, notice());
    found.took(ms);
    if (body !== YES[channel]) found.fault(`a notice was answered with ${status} ${body}`);
  });
}

export const payingAtOnce: Row = {
  id: 'B1 confirm',
  what: 'one visit is paid with the balance and at a partner at once, at both processes, several times each',
  goal: 'confirmed once, one payment counts, every other fen is back, no 5xx',
  short: { rounds: 3, clients: 4 },
  full: { rounds: 50, clients: 8 },
  twin: { sources: ['pay-in-any-state'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.strangers(rounds);
    let byBalance = 0;
    for (const payer of people) {
      if (found.failed) return;
      await fund(rig.desk, payer.id, FEN * clients);
      const purchase = await bought(rig, practice, payer, 'alipay');
      const { orderId, id } = purchase;
      const [paid] = await Promise.all([
        Promise.all(Array.from({ length: clients }, (_, i) => pay(rig, i, payer, orderId))),
        replay(rig, 'alipay', clients, () => rig.partners.alipay.notice(purchase.paymentNo), found),
        Promise.all([0, 1].map((i) => send(rig.node(i), 'POST', `/payments/${id}/check`, { token: payer.token }))),
      ]);
      const won = judge(found, 'payment', paid, ['wrong_state']).length;
      byBalance += won;
      const { told: _told, ...effects } = await effectsOf(rig, purchase);
      found.expect('effects', effects, {
        ...{ status: 'CONFIRMED', visit: 'confirmed', paid: 1, confirmed: 1, credited: 1 },
        // Either the partner's payment goes back, or the balance was left alone.
        ...{ refunds: won, claimed: won * FEN, balance: FEN * (clients - won) },
      });
    }
    found.figure('paid by balance', `${byBalance} of ${rounds}`);
  },
};

export const replaying: Row = {
  id: 'B2 replay',
  what: 'one signed notice, again and again, at both processes',
  goal: 'credited once, every delivery accepted, p99 below 1 s',
  short: { rounds: 200, clients: 64 },
  full: { rounds: 1_000, clients: 64 },
  p99Ms: 1_000,
  twin: { sources: ['settle-each-time'], indexes: ['events'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.strangers(3);
    for (const [i, channel] of (['wechat', 'wechat_v2', 'alipay'] as const).entries()) {
      const purchase = await bought(rig, practice, people[i]!, channel);
      const notice = rig.partners[channel].notice(purchase.paymentNo);
      await replay(rig, channel, channel === 'wechat' ? rounds : Math.ceil(rounds / 10), () => notice, found, clients);
      found.expect(`effects (${channel})`, await effectsOf(rig, purchase), ONCE);
      if (found.failed) return;
      found.expect('events', await rig.desk.database.models.paymentEvents.count({ where: { number: purchase.paymentNo } }), 1);
    }
  },
};

export const racing: Row = {
  id: 'B2 race',
  what: 'notices race checkout, closing and calling off; that of the refund comes before that of the payment',
  goal: 'served, or given back whole, once; the order of the notices does not matter',
  short: { rounds: 3, clients: 8 },
  full: { rounds: 50, clients: 16 },
  twin: { sources: ['settle-each-time'], indexes: ['events'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.strangers(rounds * 2);
    for (let round = 0; round < rounds && !found.failed; round++) {
      await raceCheckout(rig, await bought(rig, practice, people[round * 2]!, 'alipay'), clients, found);
      await raceRefund(rig, await bought(rig, practice, people[round * 2 + 1]!, 'wechat'), clients, found);
    }
    found.figure('rounds', rounds);
  },
};

/** The payer asks, gives up and begins anew while they are told that it was paid. */
async function raceCheckout(rig: Rig, purchase: Bought, clients: number, found: Findings): Promise<void> {
  const { orderId, id, payer } = purchase;
  const post = (index: number, url: string, body?: object) =>
    send(rig.node(index), 'POST', url, { token: payer.token, ...(body && { body }) });
  const acts = [
    (i: number) => post(i, `/payments/${id}/check`),
    (i: number) => post(i, `/payments/${id}/close`),
    (i: number) => post(i, `/orders/${orderId}/payments`, { method: 'alipay' }),
  ];
  const [replies] = await Promise.all([
    Promise.all(Array.from({ length: clients }, (_, i) => acts[i % 3]!(i))),
    replay(rig, 'alipay', clients * 2, () => rig.partners.alipay.notice(purchase.paymentNo), found),
  ]);
  judge(found, 'checkout', replies, ['wrong_state']);
  found.expect('effects of checkout', await effectsOf(rig, purchase), ONCE);
}

/** Called off while the notice comes; what the partner gave back is told before that it was paid at all. */
async function raceRefund(rig: Rig, purchase: Bought, clients: number, found: Findings): Promise<void> {
  const { orderId, paymentNo, payer } = purchase;
  const { models } = rig.desk.database;
  const off = { token: payer.token, body: { reason: '不需要了' } };
  const paid = () => rig.partners.wechat.notice(paymentNo);
  const [, ...cancels] = await Promise.all([
    replay(rig, 'wechat', clients, paid, found),
    ...[0, 1].map((i) => send(rig.node(i), 'POST', `/orders/${orderId}/cancel`, off)),
  ]);
  found.expect('times called off', judge(found, 'calling off', cancels, ['wrong_state']).length, 1);
  const refund = await until('the refund', () => models.refunds.findOne({ where: { orderId, state: 'succeeded' } }), 30_000);
  await replay(rig, 'wechat', clients, () => rig.partners.wechat.notice(refund.refundNo), found);
  await replay(rig, 'wechat', clients, paid, found);
  const { status, visit, credited, refunds, claimed } = await effectsOf(rig, purchase);
  found.expect(
    'effects of calling off',
    { status, visit, refunds, claimed },
    {
      ...{ status: 'CANCELLED', visit: 'cancelled', refunds: 1, claimed: FEN },
    },
  );
  if (credited > 1) found.fault('credited twice');
}

export const killed: Row = {
  id: 'B2 crash',
  what: 'the process that takes a notice gets kill -9 after the effect and before the commit',
  goal: 'nothing is left of it, the next delivery is credited, once',
  short: { rounds: 1, clients: 8 },
  full: { rounds: 20, clients: 16 },
  twin: { sources: ['event-before-effect'] },
  async play(rig, { rounds, clients }, found) {
    const practice = await rig.practice();
    const people = await rig.strangers(rounds);
    for (let round = 0; round < rounds && !found.failed; round++) {
      const purchase = await bought(rig, practice, people[round]!, 'wechat');
      const notice = rig.partners.wechat.notice(purchase.paymentNo);
      await killBeforeCommit(rig, notice, found);
      const left = await effectsOf(rig, purchase);
      found.expect('left behind', left, { ...ONCE, status: 'PENDING', visit: 'pending', paid: 0, confirmed: 0, credited: 0, told: 0 });
      await replay(rig, 'wechat', clients, () => notice, found);
      found.expect('effects', await effectsOf(rig, purchase), ONCE);
    }
    found.figure('kills', rounds);
  },
};

async function killBeforeCommit(rig: Rig, notice: Notice, found: Findings): Promise<void> {
  const victim = await rig.extra(['pause-before-commit', ...rig.planted()]);
  try {
    const answer = carry(victim, 'wechat', notice);
    // It sleeps in its transaction, which holds the order.
    const asleep = untilPaused(rig, 'the effect before its commit', (count) => count > 0).then(() => null);
    const early = await Promise.race([asleep, answer]);
    asleep.catch(() => undefined);
    if (early) found.fault(`answered before it was killed: ${early.status} ${early.body} ${victim.output()}`);
    await victim.kill();
    found.expect('the answer of who was killed', (await answer).status, 0);
    await untilPaused(rig, 'its transaction to be gone', (count) => count === 0);
  } finally {
    await victim.close();
  }
}

/** No transaction of ours lives that long but the one that is paused. */
const PAUSED = `SELECT trx_id FROM information_schema.innodb_trx
  WHERE trx_rows_modified > 3 AND trx_started < NOW() - INTERVAL 1 SECOND`;

/** Waits for so many transactions that have written and do not go on. */
async function untilPaused({ desk }: Rig, what: string, enough: (count: number) => boolean): Promise<void> {
  const look = async () => {
    const [rows] = await desk.database.sequelize.query(PAUSED);
    return enough(rows.length);
  };
  // InnoDB answers from a copy that it renews only after 100 ms without a reader: who asks more often sees the first answer for ever.
  await until(what, look, 15_000, 250);
}
