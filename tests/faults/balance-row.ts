/** B4: money moves between balances and the clinic's till, and none appears or gets lost, whoever is killed. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuid } from 'uuid';
import { QueryTypes } from 'sequelize';
import type { TestApp } from '#tests/support/app.ts';
import { fund } from '#tests/support/till.ts';
import { pay } from './places.ts';
import { type Person, type Reply, type Rig, send } from './rig.ts';
import { type Findings, inLanes, type Row } from './row.ts';

const PAYERS = 10;
const PRICE = 300;
/** What each has at first: for a few orders at once, so that many a payment is refused. */
const EACH = 3_000;

/** What clients believe of an order when they have been answered. */
type Belief = 'paid' | 'cancelled' | 'refused';

interface Game {
  payers: readonly Person[];
  beliefs: Map<string, Belief>;
  /** Transfers that were answered. */
  done: number;
  all: number;
  /** Requests that had no answer, or 503, and were sent again. */
  repeated: number;
  reads: number;
}

export const transfers: Row = {
  id: 'B4 balances',
  what: 'ten balances pay orders and get the money of cancelled ones back, while a server and then MariaDB get kill -9',
  goal: 'the same sum in every read, nothing below zero, every ledger leads to its balance, every answer kept',
  short: { rounds: 6, clients: 64 },
  full: { rounds: 500, clients: 64 },
  twin: { sources: ['balance-read-then-write'], indexes: ['ledger'] },
  async play(rig, { rounds, clients }, found) {
    const payers = await rig.strangers(PAYERS);
    for (const { id } of payers) await fund(rig.desk, id, EACH);
    const orders = await openOrders(rig.desk, payers, clients, rounds);
    const game: Game = { payers, beliefs: new Map(), done: 0, all: rounds * clients, repeated: 0, reads: 0 };
    const ended = new AbortController();
    const reading = read(rig, game, found, ended.signal);
    const faults = kill(rig, game, ended.signal);
    await Promise.all(orders.map((own, client) => transfer(rig, game, { client, own, rounds }, found)));
    ended.abort();
    await Promise.all([reading, faults]);
    await look(rig, game, found);
    found.figure('transfers', game.done);
    found.figure('sent again', game.repeated);
    found.figure('reads', game.reads);
  },
};

/** Orders that nobody has paid, for each client so many. */
async function openOrders({ database }: TestApp, payers: readonly Person[], clients: number, each: number): Promise<string[][]> {
  const { models, transaction } = database;
  const orders = Array.from({ length: clients }, () => Array.from({ length: each }, () => uuid()));
  const expiresAt = new Date(Date.now() + 12 * 3_600_000);
  await inLanes(clients, 1, async (client) => {
    const userId = payers[client % payers.length]!.id;
    const fields = { userId, type: 'course' as const, status: 'PENDING' as const, amount: PRICE, expiresAt, serviceInfo: {}, version: 1 };
    const rows = orders[client]!.map((id) => ({ ...fields, id, orderNo: id.slice(0, 32), contactSealed: null }));
    await transaction(() => models.orders.bulkCreate(rows, { hooks: false }));
  });
  return orders;
}

/** Pays orders and calls them off, in turn as it comes, until so many were answered. */
async function transfer(
  rig: Rig,
  game: Game,
  { client, own, rounds }: { client: number; own: readonly string[]; rounds: number },
  found: Findings,
): Promise<void> {
  const payer = game.payers[client % PAYERS]!;
  const fresh = [...own];
  const paid: string[] = [];
  for (let i = 0; i < rounds && !found.failed; i++) {
    const callOff = paid.length > 0 && Math.random() < 0.5;
    const orderId = (callOff ? paid.pop() : fresh.pop())!;
    const belief = callOff ? await cancelOnce(rig, game, payer, orderId, found) : await payOnce(rig, game, payer, orderId, found);
    game.beliefs.set(orderId, belief);
    if (belief === 'paid') paid.push(orderId);
    game.done++;
  }
}

/** Under one key until there is an answer. */
async function payOnce(rig: Rig, game: Game, payer: Person, orderId: string, found: Findings): Promise<Belief> {
  const key = randomUUID();
  const { status, code } = await insist(game, (index) => pay(rig, index, payer, orderId, key), found);
  if (status === 200) return 'paid';
  if (code !== 'insufficient_balance') found.fault(`a payment was answered with ${status} ${code}`);
  return 'refused';
}

/** That it is called off already is the answer to a repeat whose first answer got lost. */
async function cancelOnce(rig: Rig, game: Game, { token }: Person, orderId: string, found: Findings): Promise<Belief> {
  const before = game.repeated;
  const off = { token, body: { reason: '改期' } };
  const { status, code } = await insist(game, (index) => send(rig.node(index), 'POST', `/orders/${orderId}/cancel`, off), found);
  const repeated = game.repeated > before;
  if (status !== 200 && !(repeated && code === 'wrong_state')) found.fault(`calling off was answered with ${status} ${code}`);
  return 'cancelled';
}

async function insist(game: Game, ask: (index: number) => Promise<Reply>, found: Findings): Promise<Reply> {
  for (let tries = 0; ; tries++) {
    const reply = await ask(Math.floor(Math.random() * 2));
    if (reply.status !== 0 && reply.status !== 503) {
      if (reply.status >= 500) found.fault(`${reply.status} ${reply.code}`);
      found.took(reply.ms);
      return reply;
    }
    game.repeated++;
    if (tries > 200) throw new Error('nobody answers');
    await delay(50 + Math.random() * 200);
  }
}

/** One statement, and so one state of the database. */
const SUMS = `SELECT (SELECT SUM(balance) FROM balances WHERE user_id IN (:ids)) AS balances,
  (SELECT MIN(balance) FROM balances WHERE user_id IN (:ids)) AS lowest,
  (SELECT COALESCE(SUM(amount - claimed), 0) FROM payments WHERE user_id IN (:ids) AND state = 'paid') AS till`;

async function read({ desk }: Rig, game: Game, found: Findings, ended: AbortSignal): Promise<void> {
  const ids = game.payers.map(({ id }) => id);
  do {
    const [sums] = await desk.database.sequelize
      .query<{ balances: string; lowest: string; till: string }>(SUMS, { type: QueryTypes.SELECT, replacements: { ids } })
      // The database is away.
      .catch(() => []);
    if (sums) {
      game.reads++;
      found.expect('the sum', fen(sums.balances) + fen(sums.till), PAYERS * EACH);
      if (fen(sums.lowest) < 0) found.fault('a balance below zero');
    }
    await delay(50);
  } while (!ended.aborted && !found.failed);
}

const fen = (yuan: string): number => Math.round(Number(yuan) * 100);

/** One of the servers after a third of the transfers, MariaDB after two. */
async function kill(rig: Rig, game: Game, ended: AbortSignal): Promise<void> {
  const reached = async (share: number) => {
    while (game.done < game.all * share && !ended.aborted) await delay(10);
    return !ended.aborted;
  };
  if (await reached(1 / 3)) {
    const node = rig.node(1);
    await node.kill();
    await node.start();
  }
  if (await reached(2 / 3)) {
    await rig.mariadb.kill();
    await rig.mariadb.resume();
  }
}

/** Ledgers lead to balances, and the books say what clients were told. */
async function look({ desk }: Rig, { payers, beliefs }: Game, found: Findings): Promise<void> {
  const { models } = desk.database;
  for (const { id: userId } of payers) {
    const account = await models.balances.findByPk(userId, { rejectOnEmpty: true });
    const entries = await models.balanceEntries.findAll({ where: { userId }, order: ['entry'] });
    const chained = entries.every(
      ({ entry, before, amount, after }, i) => entry === i + 1 && before === (entries[i - 1]?.after ?? 0) && before + amount === after,
    );
    if (!chained || entries.length !== account.entries || entries.at(-1)?.after !== account.balance)
      found.fault('a ledger does not lead to its balance');
  }
  const states = { paid: 'PAID', cancelled: 'CANCELLED', refused: 'PENDING' } as const;
  const ids = [...beliefs.keys()];
  const orders = await models.orders.findAll({ where: { id: ids }, attributes: ['id', 'status'] });
  for (const { id, status } of orders)
    if (status !== states[beliefs.get(id)!]) found.fault(`an order told as ${beliefs.get(id)} is ${status}`);
  const paid = await models.payments.findAll({ where: { orderId: ids }, attributes: ['orderId', 'claimed'] });
  const expected = [...beliefs.values()].filter((belief) => belief !== 'refused').length;
  found.expect('payments', paid.length, expected);
  const back = paid.filter(({ claimed }) => claimed === PRICE).length;
  found.expect('payments that went back', back, [...beliefs.values()].filter((belief) => belief === 'cancelled').length);
}
