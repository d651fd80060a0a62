/** The same `Idempotency-Key` many times at once, with another body, and after a crash (B5 of the fault plan). */
import { randomUUID } from 'node:crypto';
import type { TestApp } from '#tests/support/app.ts';
import { describeApps } from '#tests/support/people.ts';
import { closePartners, configure, newOrder, type Partners, startPartners } from '#tests/support/till.ts';

const TIMES = 100;

describeApps('keys of requests that move money', (server) => {
  let partners: Partners;
  beforeAll(async () => {
    partners = await startPartners();
    await configure(server(), partners);
    await server().stepUp(server().people.administrator.token);
  }, 60_000);
  afterAll(() => closePartners(partners));
  afterEach(() => Object.values(partners).forEach((partner) => partner.heal()));

  async function post(who: keyof TestApp['people'], url: string, key: string, payload: object) {
    const headers = { authorization: `Bearer ${server().people[who].token}`, 'idempotency-key': key };
    const answer = await server().app.inject({ method: 'POST', url: `/api/v1${url}`, headers, payload });
    const { data, error } = answer.json();
    return JSON.stringify(data ?? error.code);
  }
  const balance = async () => (await server().modules.balances.of(server().people.otherPatient.id)).balance;
  const topUp = (key: string, amount: number) =>
    post('administrator', `/users/${server().people.otherPatient.id}/balance/top-ups`, key, { amount, note: '现金' });
  const repeated = async (work: () => Promise<string>) => new Set(await Promise.all(Array.from({ length: TIMES }, work)));

  test('a hundred top-ups at once are one, with the same answer; another body is refused', async () => {
    const key = randomUUID();
    expect([...(await repeated(() => topUp(key, 10)))]).toHaveLength(1);
    expect(await balance()).toBe(10);
    expect(await topUp(key, 11)).toBe('"idempotency_key_reused"');
    expect(await topUp(randomUUID(), 5)).toContain('"balance":15');
    // Also long after, with the answer of then.
    expect(await topUp(key, 10)).toContain('"balance":10');
    expect(await balance()).toBe(15);
  });

  test('a hundred payments at once are one attempt and one payment at the partner, with the same answer for ever', async () => {
    const { id } = await newOrder(server());
    const key = randomUUID();
    const asked = partners.wechat.requests();
    const pay = (method = 'wechat') => post('patient', `/orders/${id}/payments`, key, { method });
    const answers = [...(await repeated(() => pay()))];
    expect(answers).toEqual([expect.stringContaining('"state":"pending"')]);
    expect(partners.wechat.requests() - asked).toBe(1);
    expect(await server().database.models.payments.count({ where: { orderId: id } })).toBe(1);
    expect(await pay('alipay')).toBe('"idempotency_key_reused"');
    await server().modules.orders.fire(id, 'CANCEL', { actorId: null });
    await server().workers.drained();
    expect(await pay()).toBe(answers[0]);
  });

  test('a process that died after the commit leaves an attempt that the repeat brings to the partner', async () => {
    const { id } = await newOrder(server());
    const key = randomUUID();
    const pay = () => post('patient', `/orders/${id}/payments`, key, { method: 'alipay' });
    const { payments } = server().modules;
    const { open } = payments;
    Object.assign(payments, {
      open: async () => {
        throw new Error('killed');
      },
    });
    expect(await pay()).toBe('"internal"');
    Object.assign(payments, { open });
    const [stored] = await server().database.models.payments.findAll({ where: { orderId: id } });
    expect(stored).toMatchObject({ state: 'created' });
    const answer = await pay();
    expect(JSON.parse(answer)).toMatchObject({ paymentNo: stored!.paymentNo, state: 'pending' });
    expect(await pay()).toBe(answer);
    expect(await server().database.models.payments.count({ where: { orderId: id } })).toBe(1);
  });

  test('without the stored key the same play finds it', async () => {
    const { idempotencyKeys } = server().database.models;
    const { create } = idempotencyKeys;
    Object.assign(idempotencyKeys, { create: async () => null });
    const before = await balance();
    const key = randomUUID();
    const answers = await repeated(() => topUp(key, 1));
    Object.assign(idempotencyKeys, { create });
    expect(answers.size).toBeGreaterThan(1);
    expect((await balance()) - before).toBeGreaterThan(1);
  });
});
