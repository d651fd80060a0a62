import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify from 'fastify';
import { createBreaker } from '#src/partners/breaker.ts';
import { type HttpSimulator, startHttpSimulator } from '#src/partners/http-simulator.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { scrub } from '#src/partners/scrub.ts';
import { handleFault } from '#src/plugins/envelope.ts';
import { until } from '#tests/support/wait.ts';

let partner: HttpSimulator;
let lines: string[];
const log = {
  info: (_fields: object, text: string) => void lines.push(text),
  warn: (_fields: object, text: string) => void lines.push(text),
} as Parameters<typeof createBreaker>[0]['log'];
beforeAll(async () => {
  partner = await startHttpSimulator(() => ({ body: 'well' }));
});
beforeEach(() => {
  lines = [];
});
afterEach(() => partner.heal());
afterAll(() => partner.close());

async function ask(signal: AbortSignal): Promise<string> {
  const response = await fetch(partner.url, { signal });
  if (response.status === 400) throw new PartnerError('partner', 'refused', { reason: 'http_400' });
  if (!response.ok) throw new PartnerError('partner', 'unavailable', { reason: `http_${response.status}` });
  return response.text();
}
const breakerWith = (options: Partial<Parameters<typeof createBreaker>[0]> = {}) =>
  createBreaker({ name: 'partner', log, failures: 3, pauseMs: 60_000, ...options });
const fault = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as PartnerError,
  );

describe('call()', () => {
  test('asks and answers while the partner is well', async () => {
    const breaker = breakerWith();
    expect(await breaker.call(ask)).toBe('well');
    expect(breaker.state()).toBe('closed');
  });

  test('after repeated failure refuses at once, without asking, and says when to come back', async () => {
    const breaker = breakerWith();
    partner.fail({ kind: 'status', status: 503 }, 3);
    for (let i = 0; i < 3; i++) expect(await fault(breaker.call(ask))).toMatchObject({ fault: 'unavailable', reason: 'http_503' });
    const before = partner.requests();
    expect(await fault(breaker.call(ask))).toMatchObject({
      fault: 'unavailable',
      reason: 'circuit_open',
      retryAfter: 60,
      maybeDone: false,
    });
    expect([breaker.state(), partner.requests()]).toEqual(['open', before]);
    expect(lines).toEqual(['partner keeps failing, calls are refused for now']);
  });

  test('gives the fallback answer while the partner is unavailable, open or not', async () => {
    const breaker = breakerWith({ failures: 1 });
    partner.fail({ kind: 'reset' });
    const fallback = (error: PartnerError) => `instead of ${error.fault}`;
    expect(await breaker.call(ask, fallback)).toBe('instead of unavailable');
    expect(await breaker.call(ask, fallback)).toBe('instead of unavailable');
    expect(breaker.state()).toBe('open');
  });

  test('does not hide a refusal behind the fallback, nor count it as failure', async () => {
    const breaker = breakerWith({ failures: 2 });
    for (const status of [503, 400, 503, 400]) {
      partner.fail({ kind: 'status', status });
      const error = await fault(breaker.call(ask, status === 400 ? () => 'hidden' : undefined));
      expect(error).toMatchObject({ reason: `http_${status}` });
    }
    expect(breaker.state()).toBe('closed');
  });

  test('does not count what only one call has to wait for', async () => {
    const breaker = breakerWith({ failures: 1 });
    const limited = () => Promise.reject(new PartnerError('partner', 'unavailable', { reason: 'limit', onlyThisCall: true }));
    expect(await fault(breaker.call(limited))).toMatchObject({ reason: 'limit' });
    expect(breaker.state()).toBe('closed');
  });

  test('after the pause lets one probe through and refuses the others until it is answered', async () => {
    const breaker = breakerWith({ failures: 1, pauseMs: 20 });
    partner.fail({ kind: 'reset' });
    await fault(breaker.call(ask));
    await delay(30);
    const answer = Promise.withResolvers<string>();
    const probe = breaker.call(() => answer.promise);
    expect(breaker.state()).toBe('half-open');
    const before = partner.requests();
    const others = await Promise.all(Array.from({ length: 5 }, () => fault(breaker.call(ask))));
    for (const other of others) expect(other).toMatchObject({ reason: 'circuit_open' });
    expect(partner.requests()).toBe(before);
    answer.resolve('well again');
    expect(await probe).toBe('well again');
    expect(breaker.state()).toBe('closed');
    expect(await breaker.call(ask)).toBe('well');
    expect(lines.at(-1)).toBe('partner answers again');
  });

  test('stays open when the probe fails, and recovers by itself once the partner is well', async () => {
    const breaker = breakerWith({ failures: 1, pauseMs: 20 });
    partner.fail({ kind: 'status', status: 500 }, 2);
    await fault(breaker.call(ask));
    await delay(30);
    expect(await fault(breaker.call(ask))).toMatchObject({ reason: 'http_500' });
    expect(breaker.state()).toBe('open');
    expect(await until('the partner to be asked again', () => breaker.call(ask))).toBe('well');
  });

  test('gives up on a partner that is silent, and counts it', async () => {
    const breaker = breakerWith({ failures: 1, timeoutMs: 100 });
    partner.fail({ kind: 'silence' });
    expect(await fault(breaker.call(ask))).toMatchObject({ fault: 'unavailable', reason: 'timeout', maybeDone: true });
    const deaf = breakerWith({ failures: 1, timeoutMs: 50 });
    expect(await fault(deaf.call(() => new Promise(() => {})))).toMatchObject({ reason: 'timeout' });
    expect([breaker.state(), deaf.state()]).toEqual(['open', 'open']);
  });

  test('makes faults of the network unavailable, and says whether the partner can have done anything', async () => {
    const closed = await startHttpSimulator(() => ({}));
    await closed.close();
    expect(await fault(breakerWith().call(() => fetch(closed.url)))).toMatchObject({ reason: 'ECONNREFUSED', maybeDone: false });
    partner.fail({ kind: 'reset' });
    expect(await fault(breakerWith().call(ask))).toMatchObject({ fault: 'unavailable', maybeDone: true });
    const mistake = await fault(breakerWith().call(() => Promise.reject(new RangeError('secret 13912345678'))));
    expect(mistake?.message).toMatch(/^partner unavailable: RangeError \(at .*messaging-breaker\.test\.ts/);
  });
});

test.each([
  ['call 13912345678 now', 'call 139****5678 now'],
  ['+8613912345678', '+86139****5678'],
  ['PhoneNumbers=%2B8613912345678&x=1', 'PhoneNumbers=%2B86139****5678&x=1'],
  ["The 'To' number +14155550123 is not valid", "The 'To' number +141****0123 is not valid"],
  ['<li.ming+x@patient.example.cn>: 550', '<l***@patient.example.cn>: 550'],
  ['smtp_550 5.1.1 http_502', 'smtp_550 5.1.1 http_502'],
])('scrub(%j) is %j', (text, masked) => {
  expect(scrub(text)).toBe(masked);
});

test('no module of the server imports a simulator except through an explicit, later import', async () => {
  const root = path.resolve(import.meta.dirname, '../../src');
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const offenders: string[] = [];
  for (const file of files.filter((name) => !name.startsWith('partners/'))) {
    const text = await readFile(path.join(root, file), 'utf8');
    const imports = [...text.matchAll(/^import (?!type ).*? from '#src\/partners\/([\w-]+)\.ts';$/gms)].map(([, name]) => name ?? '');
    if (imports.some((name) => !['breaker', 'partner-error', 'scrub', 'same-text'].includes(name))) offenders.push(file);
  }
  expect(offenders).toEqual([]);
});

test('over REST an unavailable partner answers 503 with Retry-After, and a refusal that nobody handled is our fault', async () => {
  const app = Fastify();
  app.setErrorHandler(handleFault);
  app.get('/:fault', (request) => {
    const { fault } = request.params as { fault: 'refused' | 'unavailable' };
    throw new PartnerError('partner', fault, { reason: 'a reason', retryAfter: 7 });
  });
  const away = await app.inject('/unavailable');
  expect([away.statusCode, away.headers['retry-after'], away.json().error.code]).toEqual([503, '7', 'partner_unavailable']);
  expect(away.body).not.toContain('a reason');
  expect((await app.inject('/refused')).json().error.code).toBe('internal');
  await app.close();
});
