/** What the staff sees of payments, and how administrators set partners up (ORD-16, ORD-20, ORD-21). */
import { createDemoPartners } from '#src/payments/demo-partners.ts';
import { createGateways } from '#src/payments/gateway-registry.ts';
import { periodsOf } from '#src/statistics/periods.ts';
import { createSignals } from '#src/signals/signals.ts';
import { PASSWORD, silentLog, startApp, type Method } from '#tests/support/app.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';
import { begin, closePartners, deliver, newOrder, orderOf, paidOrder, type Partners, startPartners } from '#tests/support/till.ts';

describeApps('administration of payments', (server) => {
  let partners: Partners;
  let staff: string;
  beforeAll(async () => {
    partners = await startPartners();
    await server().stepUp(server().people.administrator.token);
    const { modules, signIn } = server();
    await modules.users.create({ account: 'staff', name: 'S', password: PASSWORD, roles: ['service_staff'] });
    staff = await signIn('staff');
  }, 60_000);
  afterAll(() => closePartners(partners));

  const administrator = (method: Method, url: string, body?: unknown) =>
    server().call(method, `/api/v1${url}`, server().people.administrator.token, body);
  const put = (channel: string, body: object) => administrator('PUT', `/payment-gateways/${channel}`, body);
  const listed = async (channel: string) => {
    const { items } = dataOf(await administrator('GET', '/payment-gateways'));
    return items.find((row: { channel: string }) => row.channel === channel);
  };

  test('without partners the balance is the only way to pay', async () => {
    const ways = dataOf(await server().call('GET', '/api/v1/payment-methods', server().people.patient.token)).items;
    expect(ways).toEqual([{ method: 'balance', scenes: [] }]);
    expect((await deliver(server(), 'alipay', { headers: {}, body: Buffer.from('x') })).status).toBe(404);
  });

  test('keys go in, are sealed, and never come out', async () => {
    const options = partners.wechat.merchant();
    const saved = await put('wechat', { enabled: true, version: 0, options });
    expect(dataOf(saved)).toMatchObject({ configured: true, usable: true, enabled: true, version: 1, merchant: '1900000001' });
    const row = await server().database.models.paymentGateways.findByPk('wechat');
    const everything = JSON.stringify([saved.body, dataOf(await administrator('GET', '/payment-gateways')), row, await changes()]);
    const history = dataOf(await administrator('GET', '/payment-gateways/wechat/history')).items;
    expect(history).toEqual([
      ...[
        expect.objectContaining({
          version: 1,
          enabled: true,
          merchant: '1900000001',
          newKeys: true,
          changedBy: server().people.administrator.id,
        }),
      ],
    ]);
    for (const secret of [options.apiV3Key, options.privateKey.split('\n')[1]!])
      for (const told of [everything, JSON.stringify(history)]) expect(told).not.toContain(secret);
    const { id } = await newOrder(server());
    expect((await begin(server(), id, 'wechat')).state).toBe('pending');
  });
  const changes = async () => [
    await server().database.models.changes.findAll({ where: { tableName: 'payment_gateways' } }),
    await server().database.models.outbox.findAll(),
    await server().database.models.signals.findAll(),
  ];

  test('wrong keys, other forms, an old version, and people without the right or a fresh proof change nothing', async () => {
    const good = partners.alipay.merchant();
    const stale = await server().signIn('administrator');
    const answers = [
      await put('alipay', { enabled: true, version: 0, options: { ...good, privateKey: 'x' } }),
      await put('alipay', { enabled: true, version: 0, options: { ...good, alipayPublicKey: good.privateKey.slice(0, 80) } }),
      await put('alipay', { enabled: true, version: 0, options: partners.wechat_v2.merchant() }),
      await put('alipay', { enabled: true, version: 0, options: { ...good, more: 1 } }),
      await put('alipay', { enabled: true, version: 0 }),
      await put('alipay', { enabled: true, version: 3, options: good }),
      await put('unionpay', { enabled: true, version: 0, options: good }),
      await server().call('PUT', '/api/v1/payment-gateways/alipay', stale, { enabled: true, version: 0, options: good }),
      await server().call('PUT', '/api/v1/payment-gateways/alipay', staff, { enabled: true, version: 0, options: good }),
      await server().call('GET', '/api/v1/payment-gateways', staff),
    ];
    expect(codesOf(answers)).toEqual([
      ...['bad_gateway_keys', 'bad_gateway_keys', 'invalid_request', 'invalid_request', 'invalid_request', 'conflict'],
      ...['invalid_request', 'step_up_required', 'forbidden', 'forbidden'],
    ]);
    expect(await listed('alipay')).toMatchObject({ configured: false, version: 0, merchant: null });
    const both = await Promise.all([1, 2].map(() => put('alipay', { enabled: true, version: 0, options: good })));
    expect(codesOf(both).filter((code) => code !== 'conflict')).toEqual([null]);
  });

  test('another process hears of a change; off takes no new payments and settles those that are there', async () => {
    const { foundation, database, people } = server();
    const signals = createSignals(database, silentLog);
    const other = createGateways({ ...foundation, signals, log: silentLog, production: true });
    const offers = async () => (await other.offered()).map(({ method }) => method);
    expect(await offers()).toEqual(['balance', 'wechat', 'alipay']);
    const order = await newOrder(server());
    const { paymentNo } = await begin(server(), order.id, 'alipay');
    const { version } = await listed('alipay');
    expect(dataOf(await put('alipay', { enabled: false, version })).enabled).toBe(false);
    await signals.poll();
    signals.close();
    expect(await offers()).toEqual(['balance', 'wechat']);
    expect(await other.of('alipay')).not.toBeNull();
    await partners.alipay.pay(paymentNo, { notify: false });
    expect((await deliver(server(), 'alipay', partners.alipay.notice(paymentNo))).body).toBe('success');
    expect((await orderOf(server(), order.id)).status).toBe('PAID');
    // In production nobody sends payments elsewhere than to the partner.
    const elsewhere = { enabled: true, version: version + 1, options: partners.alipay.merchant() } as never;
    await expect(other.save(people.administrator.id, 'alipay', elsewhere)).rejects.toMatchObject({ code: 'invalid_request' });
    // What cannot be read any more harms no other channel.
    await database.models.paymentGateways.update({ optionsSealed: 'k0.AAAA' }, { where: { channel: 'wechat' } });
    const later = createGateways({ ...foundation, log: silentLog, production: true });
    expect((await later.list()).items).toMatchObject([
      { channel: 'wechat', configured: true, usable: false },
      { channel: 'wechat_v2', configured: false },
      { channel: 'alipay', usable: true },
    ]);
    expect((await later.offered()).map(({ method }) => method)).toEqual(['balance']);
  });

  test('the staff sees every payment with names masked, payers their own with what brings them to the partner', async () => {
    const { database, people } = server();
    await database.models.users.update({ name: '王小敏' }, { where: { id: people.patient.id } });
    const orderId = await paidOrder(server(), 1_234);
    const list = dataOf(await server().call('GET', `/api/v1/payments?orderId=${orderId}&state=paid&method=balance&surplus=false`, staff));
    expect(list.items).toMatchObject([{ orderId, amount: 12.34, user: { id: people.patient.id, name: '王*敏' }, action: null }]);
    expect(dataOf(await server().call('GET', `/api/v1/orders/${orderId}/payments`, people.patient.token)).items[0].user.name).toBe(
      '王小敏',
    );
    expect(dataOf(await administrator('GET', `/payments/${list.items[0].id}`)).user.name).toBe('王小敏');
    expect(dataOf(await administrator('GET', '/payments?surplus=true')).items).toEqual([]);
    // Staff may ask the partner for anybody.
    expect((await server().call('POST', `/api/v1/payments/${list.items[0].id}/check`, staff)).status).toBe(200);
    const answers = [
      await server().call('GET', '/api/v1/payments', people.patient.token),
      await server().call('GET', `/api/v1/payments/${list.items[0].id}`, people.otherPatient.token),
      await server().call('GET', `/api/v1/orders/${orderId}/payments`, people.otherPatient.token),
      await server().call('POST', `/api/v1/payments/${list.items[0].id}/close`, staff),
      await server().call('POST', `/api/v1/payments/${list.items[0].id}/check`, people.otherPatient.token),
    ];
    expect(codesOf(answers)).toEqual(['forbidden', 'not_found', 'not_found', 'forbidden', 'not_found']);
  });

  test('statistics count by day or month of the clinic, method and state', async () => {
    const { database } = server();
    const at = async (time: string, amount: number) => {
      const orderId = await paidOrder(server(), amount);
      const stamp = database.time(new Date(time));
      await database.sequelize.query(`UPDATE payments SET created_at = '${stamp}' WHERE order_id = '${orderId}'`);
    };
    // Shanghai is eight hours ahead: the second one is of the next day, and month.
    await at('2026-01-31T15:59:59.999Z', 10_000);
    await at('2026-01-31T16:00:00Z', 5);
    await at('2026-02-01T15:00:00Z', 10);
    const figures = async (query: string) => dataOf(await administrator('GET', `/payments/statistics?${query}`)).items;
    const span = 'from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z';
    const row = { method: 'balance', state: 'paid', returned: 0 };
    expect(await figures(span)).toEqual([
      { ...row, period: '2026-01-31', count: 1, amount: 100 },
      { ...row, period: '2026-02-01', count: 2, amount: 0.15 },
    ]);
    expect(await figures(`${span}&by=month`)).toEqual([
      { ...row, period: '2026-01', count: 1, amount: 100 },
      { ...row, period: '2026-02', count: 2, amount: 0.15 },
    ]);
    expect(await figures('from=2025-01-01T00:00:00Z&to=2025-02-01T00:00:00Z')).toEqual([]);
    const answers = [
      await administrator('GET', '/payments/statistics?from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z'),
      await administrator('GET', '/payments/statistics?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z'),
      await server().call('GET', `/api/v1/payments/statistics?${span}`, server().people.patient.token),
    ];
    expect(codesOf(answers)).toEqual(['invalid_request', 'invalid_request', 'forbidden']);
  });
});

test('days of a zone that changes its clock have 23 and 25 hours', () => {
  const hours = (from: string, to: string) => {
    const [first, second] = periodsOf({ from, to, by: 'day' }, 'Europe/Berlin').map(({ until }) => until.getTime());
    return (second! - first!) / 3_600_000;
  };
  expect(hours('2026-03-28T12:00:00Z', '2026-03-30T12:00:00Z')).toBe(23);
  expect(hours('2026-10-24T12:00:00Z', '2026-10-26T12:00:00Z')).toBe(25);
});

test('a demo pays at partners in its own process, started when they are needed', async () => {
  const server = await startApp();
  const partners = createDemoPartners();
  server.modules.payments.gateways.simulate(partners.open);
  try {
    expect((await server.modules.payments.gateways.offered()).map(({ method }) => method)).toEqual([
      ...['balance', 'wechat', 'wechat_v2', 'alipay'],
    ]);
    for (const channel of ['wechat', 'wechat_v2', 'alipay'] as const) {
      const { id } = await newOrder(server);
      const payment = await begin(server, id, channel);
      const cashier = payment.action.codeUrl;
      expect(await (await fetch(cashier)).text()).toContain('¥99.00');
      expect((await fetch(`${cashier}/pay`, { method: 'POST' })).status).toBe(200);
      // The test has no address that notices could come to.
      const token = server.people.patient.token;
      expect(dataOf(await server.call('POST', `/api/v1/payments/${payment.id}/check`, token)).state).toBe('paid');
      expect((await orderOf(server, id)).status).toBe('PAID');
    }
  } finally {
    await partners.close();
    await server.close();
  }
});
