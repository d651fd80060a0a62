/** Many at once move money between few accounts, over two connections to one database (B4 of the fault plan, in short). */
import { randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { createLedger } from '#src/balance/ledger.ts';
import type { BalanceRow } from '#src/balance/model.ts';
import { type Database, openDatabase } from '#src/database/database.ts';
import { isUnavailable } from '#src/database/faults.ts';
import { migrate } from '#src/database/migrate.ts';
import { ApiError } from '#src/errors.ts';
import { readMoney } from '#src/money.ts';
import { silentLog } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';

const CLIENTS = 64;
const ACCOUNTS = 10;
const EACH = 1_000;

interface Findings {
  /** Sums that readers saw while it went on, in fen. */
  sums: Set<number>;
  lowest: number;
  /** Codes of refusals, and anything that is none. */
  refusals: Set<string>;
  /** Accounts whose ledger does not lead to their balance. */
  wrong: string[];
}

/** The planted bug: balances are read and then written, as if nobody else did so. */
function forgetGuard({ models }: Database): void {
  const { balances } = models;
  const update = balances.update.bind(balances);
  Object.assign(balances, {
    update: async (values: { balance: { val: string } }, { where }: { where: { userId: string } }) => {
      const { userId } = where;
      const row = await balances.findByPk(userId, { rejectOnEmpty: true });
      const [, sign = '', yuan = ''] = /balance ([+-]) (.*)/.exec(values.balance.val) ?? [];
      const balance = row.balance + Number(`${sign}${readMoney(balances.sequelize!, yuan)}`);
      if (balance < 0) return [0];
      return update({ balance, entries: row.entries + 1 }, { where: { userId } });
    },
  });
}

async function run(transfers: number, guarded: boolean): Promise<Findings> {
  const config = { DATA_DIR: '', DATABASE_URL: await newMariaDb() };
  const databases = [await openDatabase(config, silentLog), await openDatabase(config, silentLog)] as const;
  try {
    await migrate(databases[0]);
    return await play(databases, transfers, guarded);
  } finally {
    for (const database of databases) await database.close();
  }
}

async function play(databases: readonly [Database, Database], transfers: number, guarded: boolean): Promise<Findings> {
  const [first] = databases;
  const ledgers = databases.map(createLedger);
  const users = Array.from({ length: ACCOUNTS }, () => uuid());
  const person = { name: 'x', passwordHash: 'x', status: 'active' } as const;
  await first.transaction(() => first.models.users.bulkCreate(users.map((id) => ({ ...person, id, account: id }))));
  for (const userId of users) await ledgers[0]!.book([{ userId, amount: EACH, kind: 'topup', refId: randomUUID(), actorId: null }]);

  if (!guarded) databases.forEach(forgetGuard);

  const found: Findings = { sums: new Set(), lowest: EACH, refusals: new Set(), wrong: [] };
  const ended = new AbortController();
  const reading = read(first, found, ended.signal);
  const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;
  const client = async (number: number): Promise<void> => {
    const ledger = ledgers[number % 2]!;
    for (let i = 0; i < transfers; i++) {
      const [from, to] = [any(users), any(users)];
      const amount = 1 + Math.floor(Math.random() * 300);
      const move = (userId: string, fen: number) =>
        ({ userId, amount: fen, kind: 'adjustment', refId: randomUUID(), actorId: null }) as const;
      await insist(() => ledger.book([move(from, -amount), move(to, amount)])).catch((error: unknown) => {
        found.refusals.add(error instanceof ApiError ? error.code : String(error));
      });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  ended.abort();
  await reading;
  for (const row of await first.models.balances.findAll()) if (!(await follows(first, row))) found.wrong.push(row.userId);
  return found;
}

/** As everybody does who is told to come later: however slow the machine is, rows are free at some time. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
  }
}

/** Looks at all balances again and again. */
async function read(database: Database, found: Findings, ended: AbortSignal): Promise<void> {
  do {
    const rows = await database.models.balances.findAll({ attributes: ['balance'] });
    found.sums.add(rows.reduce((sum, { balance }) => sum + balance, 0));
    found.lowest = Math.min(found.lowest, ...rows.map(({ balance }) => balance));
    await new Promise((done) => setTimeout(done, 5));
  } while (!ended.aborted);
}

async function follows({ models }: Database, { userId, balance, entries }: BalanceRow): Promise<boolean> {
  const rows = await models.balanceEntries.findAll({ where: { userId }, order: ['entry'] });
  const chained = rows.every(({ entry, before, amount, after }, i) => {
    return entry === i + 1 && before === (rows[i - 1]?.after ?? 0) && before + amount === after;
  });
  return chained && rows.length === entries && rows.at(-1)?.after === balance;
}

test('the sum is the same in every read, nothing goes below zero, and every ledger leads to its balance', async () => {
  const { sums, lowest, refusals, wrong } = await run(25, true);
  expect([...sums]).toEqual([ACCOUNTS * EACH]);
  expect(lowest).toBeGreaterThanOrEqual(0);
  expect([...refusals].filter((code) => code !== 'insufficient_balance')).toEqual([]);
  expect(wrong).toEqual([]);
});

test('without the guarded update the same play finds it', async () => {
  const { sums, refusals, wrong } = await run(4, false);
  const clean = sums.size === 1 && wrong.length === 0 && [...refusals].every((code) => code === 'insufficient_balance');
  expect(clean).toBe(false);
});
