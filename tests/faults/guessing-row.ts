/** S4: passwords and codes are guessed from many addresses, at both processes at once. */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { PASSWORD } from '#tests/support/app.ts';
import { until } from '#tests/support/wait.ts';
import type { Rig } from './rig.ts';
import { type Findings, inLanes, type Row } from './row.ts';

/** Most checks of passwords for one account in fifteen minutes, and of one code. */
const MOST_CHECKS = 10;
const MOST_TRIES = 5;
/** By how much the time of an answer may tell known from unknown, in ms. */
const TELLS_MS = 20;
/** Pairs of answers that are compared. */
const PAIRS = 40;

export const guessing: Row = {
  id: 'S4 guessing',
  what: '1,000 wrong passwords for one account, then 1,000 wrong codes for one phone, from 50 addresses at both processes',
  goal: 'at most ten checks of the password and five tries of the code, then not even the right one; answers about known and unknown accounts take as long (medians within 20 ms)',
  // tests/src/guessing.test.ts does it within one process.
  short: null,
  full: { rounds: 20, clients: 50 },
  twin: { sources: ['guess-for-ever'] },
  async play(rig, { rounds, clients }, found) {
    await passwords(rig, rounds, clients, found);
    if (!found.failed) await codes(rig, rounds, clients, found);
    if (!found.failed) await times(rig, found);
    found.figure('guesses', 2 * rounds * clients);
  },
};

/** An address of the loopback network: servers see it as another client's. */
const address = (index: number): string => `127.0.1.${1 + (index % 250)}`;

interface Answer {
  status: number;
  code: string | null;
  ms: number;
}

/** Asks a process to let somebody in, from an address. */
function ask(rig: Rig, index: number, url: string, body: object, from = address(index)): Promise<Answer> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', localAddress: from, headers: { 'content-type': 'application/json' }, agent: false } as const;
    const sent = request(`${rig.node(index).url}/api/v1/auth${url}`, options, (answer) => {
      json(answer).then((read) => {
        const { error } = read as { error?: { code: string } };
        resolve({ status: answer.statusCode ?? 0, code: error?.code ?? null, ms: performance.now() - begun });
      }, reject);
    });
    sent.once('error', reject).end(JSON.stringify(body));
  });
}

/** So many guesses, `clients` at once. @returns how often each answer came */
async function guess(rig: Rig, rounds: number, clients: number, found: Findings, bodyOf: (index: number) => object) {
  const answers = new Map<string, number>();
  await inLanes(rounds * clients, clients, async (index) => {
    const { status, code, ms } = await ask(rig, index, '/login', bodyOf(index), address(index % clients));
    found.took(ms);
    const name = code ?? String(status);
    answers.set(name, (answers.get(name) ?? 0) + 1);
  });
  return answers;
}

async function passwords(rig: Rig, rounds: number, clients: number, found: Findings): Promise<void> {
  const account = `target-${randomUUID().slice(0, 8)}`;
  await rig.desk.users.create({ account, name: '王敏', password: PASSWORD, roles: ['patient'] });
  const answers = await guess(rig, rounds, clients, found, (index) => ({ account, password: `guess ${index}` }));
  const checks = answers.get('bad_credentials') ?? 0;
  found.figure('checks of the password', checks);
  if (checks > MOST_CHECKS) found.fault(`${checks} passwords were checked`);
  found.expect('answers to wrong passwords', [...answers.keys()].toSorted(), ['bad_credentials', 'too_many_attempts']);
  const right = await ask(rig, 1, '/login', { account, password: PASSWORD }, address(200));
  found.expect('the right password afterwards', right.code, 'too_many_attempts');
}

/** Has a code sent to a phone. @returns it */
async function sendCode({ desk }: Rig, phone: string): Promise<string> {
  await desk.call('POST', '/api/v1/auth/sms-code', null, { phone, scene: 'login' });
  const sent = await until('the code', () => desk.foundation.senders.inbox?.all().find(({ to }) => to.endsWith(phone)));
  return /\d{6}/.exec(sent.text)?.[0] ?? '';
}

const wrong = (right: string, index: number): string => String((Number(right) + 1 + index) % 1_000_000).padStart(6, '0');

async function codes(rig: Rig, rounds: number, clients: number, found: Findings): Promise<void> {
  const phone = '13900000042';
  const right = await sendCode(rig, phone);
  const answers = await guess(rig, rounds, clients, found, (index) => ({ phone, code: wrong(right, index) }));
  if (answers.has('200')) found.fault('a wrong code was taken');
  const { models } = rig.desk.database;
  const row = await models.smsCodes.findOne({ where: { usedAt: null }, order: [['createdAt', 'DESC']] });
  const tries = row?.tries ?? MOST_TRIES;
  found.figure('tries of the code', tries);
  if (tries > MOST_TRIES) found.fault(`a code was tried ${tries} times`);
  const late = await ask(rig, 1, '/login', { phone, code: right }, address(201));
  if (late.status === 200) found.fault('the right code was taken after all the wrong ones');
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Known and unknown in turn, each once and from an address of its own, so that no limit is met. */
async function times(rig: Rig, found: Findings): Promise<void> {
  const known = Array.from({ length: PAIRS }, () => `known-${randomUUID().slice(0, 8)}`);
  for (const account of known) await rig.desk.users.create({ account, name: '王敏', password: PASSWORD, roles: ['patient'] });
  const took: Record<'account' | 'nobody', number[]> = { account: [], nobody: [] };
  for (const [index, account] of known.entries()) {
    took.account.push((await ask(rig, 0, '/login', { account, password: 'wrong password 1' }, address(index))).ms);
    took.nobody.push((await ask(rig, 0, '/login', { account: `no-${account}`, password: 'wrong password 1' }, address(index + 100))).ms);
  }
  const apart = Math.abs(median(took.account) - median(took.nobody));
  found.figure('known and unknown accounts apart', `${apart.toFixed(1)} ms`);
  if (apart > TELLS_MS) found.fault(`answers about known and unknown accounts lie ${apart.toFixed(1)} ms apart`);
}
