/** Balances: guarded, with a ledger that sums to them (ORD-08). */
import { randomUUID } from 'node:crypto';
import type { TestApp } from '#tests/support/app.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';
import { fund, newOrder, orderOf } from '#tests/support/till.ts';

describeApps('balances', (server) => {
  beforeAll(async () => {
    const { administrator, patient } = server().people;
    await server().stepUp(administrator.token);
    await server().stepUp(patient.token);
  });

  const call = (...args: Parameters<TestApp['call']>) => server().call(...args);
  const patient = () => server().people.patient;
  const administrator = () => server().people.administrator;
  const balance = async () => dataOf(await call('GET', '/api/v1/balance', patient().token)).balance;
  const pay = (id: string, token = patient().token) => call('POST', `/api/v1/orders/${id}/payments`, token, { method: 'balance' });
  const change = (kind: 'top-ups' | 'adjustments', body: object, userId = patient().id, token = administrator().token) =>
    call('POST', `/api/v1/users/${userId}/balance/${kind}`, token, body);

  /** Every entry follows from the one before it, and the last one is the balance. */
  async function ledger(userId: string) {
    const { models } = server().database;
    const entries = await models.balanceEntries.findAll({ where: { userId }, order: ['entry'] });
    entries.forEach(({ entry, amount, before, after }, index) => {
      expect([entry, before + amount]).toEqual([index + 1, after]);
      expect(before).toBe(entries[index - 1]?.after ?? 0);
    });
    expect(entries.at(-1)?.after).toBe((await models.balances.findByPk(userId))?.balance);
    return entries;
  }

  test('is nothing at first; topping up, correcting and paying leave a ledger that sums to it', async () => {
    expect(await balance()).toBe(0);
    expect(dataOf(await change('top-ups', { amount: 100.05, note: '现金' }))).toEqual({ userId: patient().id, balance: 100.05 });
    expect(dataOf(await change('adjustments', { amount: -0.05, note: '更正' })).balance).toBe(100);
    const { id } = await newOrder(server(), 9_900);
    expect(dataOf(await pay(id))).toMatchObject({ state: 'paid', method: 'balance', amount: 99, surplus: false });
    expect(await orderOf(server(), id)).toMatchObject({ status: 'PAID', paymentNo: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(await balance()).toBe(1);
    const entries = await ledger(patient().id);
    expect(entries.map(({ kind, amount }) => [kind, amount])).toEqual([
      ['topup', 10_005],
      ['adjustment', -5],
      ['payment', -9_900],
    ]);
    const { items, pagination } = dataOf(await call('GET', '/api/v1/balance/transactions?kind=payment', patient().token));
    expect(items).toMatchObject([{ amount: -99, before: 100, after: 1, actorId: patient().id }]);
    expect(pagination.total).toBe(1);
    const seen = dataOf(await call('GET', `/api/v1/users/${patient().id}/balance/transactions`, administrator().token));
    expect(seen.items).toHaveLength(3);
  });

  test('too little pays nothing and changes nothing; a free moment later it does', async () => {
    const { id } = await newOrder(server(), 500_000);
    const before = await balance();
    expect(codesOf([await pay(id)])).toEqual(['insufficient_balance']);
    expect([await balance(), (await orderOf(server(), id)).status]).toEqual([before, 'PENDING']);
    expect(await server().database.models.payments.count({ where: { orderId: id } })).toBe(0);
    await fund(server(), patient().id, 500_000);
    expect(dataOf(await pay(id)).state).toBe('paid');
  });

  test('of many payments at the same time as many go through as there is money, and each order is paid once', async () => {
    await change('adjustments', { amount: -(await balance()) || 1, note: 'x' });
    await change('adjustments', { amount: 30 - (await balance()), note: 'x' });
    const orders = await Promise.all(Array.from({ length: 5 }, () => newOrder(server(), 1_000)));
    const answers = await Promise.all(orders.flatMap(({ id }) => [pay(id), pay(id)]));
    expect(codesOf(answers).filter((code) => code === null)).toHaveLength(3);
    expect(new Set(codesOf(answers))).toEqual(new Set([null, 'insufficient_balance', 'wrong_state']));
    expect(await balance()).toBe(0);
    await ledger(patient().id);
  });

  test('payments need a fresh proof, changes as well; wrong ones are refused', async () => {
    const { id } = await newOrder(server(), 100);
    const stale = await server().signIn('patient');
    const staleAdministrator = await server().signIn('administrator');
    const answers = [
      await pay(id, stale),
      await change('top-ups', { amount: 1, note: 'x' }, patient().id, staleAdministrator),
      await change('top-ups', { amount: 1, note: 'x' }, administrator().id),
      await change('top-ups', { amount: 0, note: 'x' }),
      await change('top-ups', { amount: -1, note: 'x' }),
      await change('adjustments', { amount: 1.001, note: 'x' }),
      await change('adjustments', { amount: -99_999_999, note: 'x' }),
      await change('top-ups', { amount: 1, note: 'x' }, randomUUID()),
      await change('top-ups', { amount: 1, note: 'x' }, patient().id, patient().token),
      await call('GET', `/api/v1/users/${patient().id}/balance`, patient().token),
    ];
    expect(codesOf(answers)).toEqual([
      ...['step_up_required', 'step_up_required', 'forbidden', 'invalid_request', 'invalid_request', 'invalid_request'],
      ...['insufficient_balance', 'unknown_user', 'forbidden', 'forbidden'],
    ]);
    const full = { amount: 99_999_999.99, note: 'x' };
    expect(dataOf(await change('top-ups', full, server().people.otherPatient.id)).balance).toBe(99_999_999.99);
    expect(codesOf([await change('top-ups', { amount: 0.01, note: 'x' }, server().people.otherPatient.id)])).toEqual(['balance_limit']);
  });

  test('one thing is booked once, and several movements all or not at all', async () => {
    const { book } = server().modules.balances;
    const { patient: a, otherDoctor: b } = server().people;
    await fund(server(), a.id, 1_000);
    const before = await balance();
    const refId = randomUUID();
    const move = (userId: string, amount: number, ref = randomUUID()) =>
      ({ userId, amount, kind: 'adjustment', refId: ref, actorId: null }) as const;
    await book([move(a.id, -100, refId)]);
    await expect(book([move(a.id, -100, refId)])).rejects.toThrow();
    await expect(book([move(a.id, 500), move(b.id, -1)])).rejects.toMatchObject({ code: 'insufficient_balance' });
    await book([move(a.id, -200), move(b.id, 200)]);
    expect(await balance()).toBe(before - 3);
    await ledger(a.id);
    expect(await ledger(b.id)).toHaveLength(1);
  });
});
