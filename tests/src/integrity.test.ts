/** Drift that is made by hand is found; what can be worked out anew is, the rest is told. */
import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { openClinic } from '#tests/support/clinic.ts';
import { newMariaDb } from '#tests/support/databases.ts';

describe.each(['sqlite', 'mysql'] as const)('integrity on %s', (dialect) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  });
  afterAll(() => server.close());

  const ask = async (method: 'GET' | 'POST', url: string) =>
    (await server.call(method, `/api/v1${url}`, server.people.administrator.token)).body.data;
  const drifted = async () => {
    const { items } = await ask('GET', '/integrity');
    return Object.fromEntries(items.map(({ name, drifted: rows }: { name: string; drifted: number }) => [name, rows]));
  };

  test('finds nothing in a sound clinic, and what does not agree in another', async () => {
    const money = { balances: 0, 'refunded-orders': 0, refunds: 0, 'refund-shares': 0 };
    const none = { ...money, 'file-usage': 0, claims: 0, holds: 0, 'waiting-lines': 0, visits: 0, jobs: 0 };
    expect(await drifted()).toEqual(none);
    const { doctor, patient } = server.people;
    const { practitionerId, serviceId } = await openClinic(server, doctor.id);
    const { models, transaction } = server.database;
    const [appointmentId, heldId] = [randomUUID(), randomUUID()];
    await transaction(async () => {
      await models.balances.create({ userId: patient.id, balance: 500, entries: 0 });
      await models.fileUsage.create({ userId: patient.id, bytes: 7, files: 1 });
      const times = { startsAt: new Date('2026-03-01T02:00:00Z'), endsAt: new Date('2026-03-01T03:00:00Z') };
      const row = { id: appointmentId, appointmentNo: 'A1', userId: patient.id, profileId: null, practitionerId, serviceId, ...times };
      await models.appointments.create({ ...row, status: 'cancelled', detailsSealed: 'x', version: 1 } as never);
      // What a booking of old left behind when it looked for another seat.
      await models.appointments.create({
        ...row,
        id: heldId,
        appointmentNo: 'A2',
        status: 'pending',
        detailsSealed: 'x',
        version: 1,
      } as never);
      await models.appointmentClaims.create({ practitionerId, cell: 1, seat: 0, appointmentId, heldUntil: null });
      await models.patientClaims.create({ patientKey: patient.id, cell: 1, appointmentId });
      const entry = { appointmentId, practitionerId, userId: patient.id, state: 'waiting', priority: 0, arrival: 1, joinedAt: new Date() };
      await models.queueEntries.create(entry as never);
    });
    // A visit that ended after its refund, before that was seen to; and money of which no refund tells.
    const order = { userId: patient.id, type: 'course', amount: 9_900, expiresAt: null, contactSealed: null, serviceInfo: {}, version: 5 };
    const [refundedId, oddId] = [randomUUID(), randomUUID()];
    const paid = { state: 'paid', method: 'balance', scene: null, userId: patient.id, amount: 9_900, openKey: null, expiresAt: new Date() };
    await transaction(async () => {
      await models.orders.create({ ...order, id: refundedId, orderNo: 'O1', status: 'COMPLETED', refunded: 9_900 } as never);
      await models.orders.create({ ...order, id: oddId, orderNo: 'O2', status: 'COMPLETED', refunded: 100 } as never);
      const payment = { ...paid, id: randomUUID(), paymentNo: 'P1', orderId: refundedId, paidOrderId: refundedId, claimed: 9_900 };
      await models.payments.create(payment as never);
      const refund = { refundNo: 'R1', orderId: refundedId, paymentId: payment.id, userId: patient.id, origin: 'request', amount: 9_900 };
      await models.refunds.create({ ...refund, id: randomUUID(), state: 'succeeded', uniqueKey: null, reasonSealed: null } as never);
    });
    const seen = { balances: 1, 'file-usage': 1, claims: 1, holds: 1, 'waiting-lines': 1, 'refunded-orders': 1, refunds: 1 };
    expect(await drifted()).toEqual({ ...none, ...seen });
    expect((await ask('POST', '/integrity/repair')).items).toEqual([
      { name: 'refunded-orders', repaired: 1 },
      { name: 'file-usage', repaired: 1 },
      { name: 'claims', repaired: 1 },
      { name: 'holds', repaired: 1 },
      { name: 'waiting-lines', repaired: 1 },
    ]);
    // Money is for a person.
    expect(await drifted()).toEqual({ ...none, balances: 1, refunds: 1 });
    expect(await models.orders.findByPk(refundedId)).toMatchObject({ status: 'REFUNDED', version: 6 });
    expect(await models.orderLog.count({ where: { orderId: refundedId, event: 'REFUND', fromStatus: 'COMPLETED' } })).toBe(1);
    expect((await models.appointments.findByPk(heldId))?.status).toBe('cancelled');
    expect(await models.appointmentLog.count({ where: { appointmentId: heldId, toStatus: 'cancelled' } })).toBe(1);
    expect((await models.queueEntries.findByPk(appointmentId))?.state).toBe('left');
    expect(await models.fileUsage.findByPk(patient.id)).toMatchObject({ files: 0 });
  });

  test('is looked at by the clock', async () => {
    await server.foundation.outbox.append('integrity.check', {});
    await server.workers.drained();
    expect(await server.database.models.outbox.count({ where: { topic: 'integrity.check', state: 'done' } })).toBe(1);
  });
});
