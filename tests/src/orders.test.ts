import { randomUUID } from 'node:crypto';
import { nextStatus, orderEvents, orderStatuses } from '#src/orders/machine.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';

test('the machine has the transitions of ORD-05 and no others', () => {
  const found = orderEvents.flatMap((event) =>
    orderStatuses.flatMap((from) => {
      const to = nextStatus(from, event);
      return to ? [`${from} ${event} ${to}`] : [];
    }),
  );
  expect(found.sort()).toEqual(
    [
      'PENDING PAY_SUCCESS PAID',
      'PENDING PAY_FAIL CANCELLED',
      'PENDING CANCEL CANCELLED',
      'PAID CONFIRM CONFIRMED',
      'CONFIRMED START_SERVICE IN_PROGRESS',
      'IN_PROGRESS COMPLETE_SERVICE COMPLETED',
      'PAID CANCEL CANCELLED',
      'CONFIRMED CANCEL CANCELLED',
      'COMPLETED REFUND REFUNDED',
    ].sort(),
  );
});

describe.each(['sqlite', 'mysql'] as const)('orders on %s', (dialect) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  });
  afterAll(() => server.close());

  const create = (options: { amount?: number; expiresAt?: Date | null } = {}) =>
    server.modules.orders.create({
      userId: server.people.patient.id,
      type: 'course',
      items: [{ kind: 'course', refId: randomUUID(), title: '八段锦', unitPrice: options.amount ?? 9_900 }],
      expiresAt: options.expiresAt ?? null,
      contact: { name: '王敏', phone: '13800138000' },
    });
  const system = { actorId: null };

  test('numbers are of the day, without duplicates, also for orders at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create()));
    const numbers = made.map(({ orderNo }) => orderNo);
    expect(new Set(numbers).size).toBe(20);
    for (const number of numbers) expect(number).toMatch(/^ORDER\d{8}\d{3,}$/);
  });

  test('an order that costs nothing is paid at once, and its listeners are told in the transaction', async () => {
    const told: string[] = [];
    server.modules.orders.listen('course', { paid: async (order) => void told.push(order.status) });
    expect((await create({ amount: 0 })).status).toBe('PAID');
    expect(told).toEqual(['PAID']);
  });

  test('of two events at the same time one wins; a wrong one changes nothing', async () => {
    const { orders } = server.modules;
    const { id } = await create();
    const results = await Promise.allSettled([orders.fire(id, 'PAY_SUCCESS', system), orders.fire(id, 'PAY_FAIL', system)]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await expect(orders.fire(id, 'REFUND', system)).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(orders.fire(randomUUID(), 'CONFIRM', system)).rejects.toMatchObject({ code: 'not_found' });
    expect(await server.database.models.orderLog.count({ where: { orderId: id } })).toBe(2);
  });

  test('a listener that throws undoes the step', async () => {
    const { orders } = server.modules;
    orders.listen('drug', {
      paid: async () => {
        throw new Error('no stock');
      },
    });
    const item = { kind: 'drug' as const, refId: randomUUID(), title: 'x', unitPrice: 100 };
    const { id } = await orders.create({ userId: server.people.patient.id, type: 'drug', items: [item], expiresAt: null });
    await expect(orders.fire(id, 'PAY_SUCCESS', system)).rejects.toThrow('no stock');
    expect((await server.database.models.orders.findByPk(id))?.status).toBe('PENDING');
  });

  test('an unpaid order closes by itself, a paid one does not', async () => {
    const soon = new Date(Date.now() + 200);
    const [unpaid, paid] = [await create({ expiresAt: soon }), await create({ expiresAt: soon })];
    await server.modules.orders.fire(paid.id, 'PAY_SUCCESS', system);
    await new Promise((done) => setTimeout(done, 250));
    await server.workers.drained();
    const statusOf = async (id: string) => (await server.database.models.orders.findByPk(id))?.status;
    expect([await statusOf(unpaid.id), await statusOf(paid.id)]).toEqual(['CANCELLED', 'PAID']);
  });

  test('owners are told of an order that waits for its payment, while it does, and of its end', async () => {
    const { orders } = server.modules;
    const { notifications } = server.database.models;
    const { id } = await create();
    const paidAtOnce = await server.database.transaction(async () => {
      const order = await create();
      await orders.fire(order.id, 'PAY_SUCCESS', system);
      return order.id;
    });
    await server.workers.drained();
    for (const event of ['PAY_SUCCESS', 'CONFIRM', 'START_SERVICE', 'COMPLETE_SERVICE'] as const) await orders.fire(id, event, system);
    await server.workers.drained();
    const told = async (subjectId: string) =>
      (await notifications.findAll({ where: { subjectId }, order: ['id'] })).map(({ kind }) => kind);
    expect(await told(id)).toEqual(['order.created', 'order.paid', 'order.completed']);
    expect(await told(paidAtOnce)).toEqual(['order.paid']);
  });

  test('owners see and cancel their own; others do not know of them; staff see contacts masked', async () => {
    const { patient, otherPatient } = server.people;
    const { id } = await create();
    const url = `/api/v1/orders/${id}`;
    expect((await server.call('GET', url, patient.token)).body.data).toMatchObject({
      ...{ amount: 99, status: 'PENDING', title: '八段锦' },
      contact: { name: '王敏', phone: '13800138000' },
      items: [{ unitPrice: 99, quantity: 1, amount: 99 }],
    });
    expect((await server.call('GET', url, otherPatient.token)).body.error.code).toBe('not_found');
    expect((await server.call('POST', `${url}/cancel`, otherPatient.token, { reason: 'x' })).body.error.code).toBe('not_found');
    await server.modules.users.create({ account: `staff-${dialect}`, name: 'S', password: PASSWORD, roles: ['service_staff'] });
    const token = await server.signIn(`staff-${dialect}`);
    const seen = (await server.call('GET', url, token)).body.data;
    expect(seen).toMatchObject({ id, contact: { name: '王*', phone: '138****8000' } });
    const cancelled = await server.call('POST', `${url}/cancel`, patient.token, { reason: '时间不合适' });
    expect(cancelled.body.data).toMatchObject({
      status: 'CANCELLED',
      log: [{ event: 'CREATE' }, { event: 'CANCEL', reason: '时间不合适' }],
    });
    expect((await server.call('POST', `${url}/cancel`, patient.token, { reason: 'x' })).body.error.code).toBe('wrong_state');
    const list = await server.call('GET', '/api/v1/orders?status=CANCELLED&type=course', patient.token);
    expect(list.body.data.items[0].id).toBe(id);
    expect((await server.call('GET', '/api/v1/orders', otherPatient.token)).body.data.items).toEqual([]);
  });
});
