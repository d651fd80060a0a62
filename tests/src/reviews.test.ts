import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import { migrate, migrateDown } from '#src/database/migrate.ts';
import { booking, startApp, type TestApp } from '#tests/support/app.ts';
import { type BookableClinic, openClinic } from '#tests/support/clinic.ts';
import { newMariaDb } from '#tests/support/databases.ts';

describe.each(['sqlite', 'mysql'] as const)('reviews on %s', (dialect) => {
  let server: TestApp;
  let clinic: BookableClinic;

  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    clinic = await openClinic(server, server.people.doctor.id);
  });
  afterAll(() => server.close());

  const words = { rating: 4, text: '很好' };
  const review = (token: string, of: object) => server.call('POST', '/api/v1/reviews', token, { ...words, ...of });

  /** A visit that the doctor planned directly. */
  async function visit(): Promise<string> {
    const { doctor, patient } = server.people;
    const { body } = await server.call('POST', '/api/v1/consultations', doctor.token, booking(patient.id));
    return body.data.id;
  }
  const held = (id: string) => {
    const { models, transaction } = server.database;
    const values = { status: 'ended', startedAt: new Date(), endedAt: new Date() } as const;
    return transaction(() => models.consultations.update(values, { where: { id } }));
  };

  /** An order without an appointment, whose service is done. */
  async function order(type: 'service' | 'drug' = 'service'): Promise<string> {
    const { orders } = server.modules;
    const items = [{ kind: type, refId: clinic.serviceId, title: '陪诊', unitPrice: 100 }];
    const { id } = await orders.create({ userId: server.people.patient.id, type, items, expiresAt: null });
    for (const event of ['PAY_SUCCESS', 'CONFIRM', 'START_SERVICE', 'COMPLETE_SERVICE'] as const)
      await orders.fire(id, event, { actorId: null });
    return id;
  }

  test('a visit without an appointment is rated once, by its patient, when it took place', async () => {
    const { patient, otherPatient, doctor } = server.people;
    const consultationId = await visit();
    expect((await review(patient.token, { consultationId })).body.error.code).toBe('wrong_state');
    await held(consultationId);
    expect((await review(otherPatient.token, { consultationId })).body.error.code).toBe('not_found');
    const seen = (token: string) => server.call('GET', `/api/v1/consultations/${consultationId}/review`, token);
    expect((await seen(patient.token)).body.data).toEqual({ review: null });
    const { status, body } = await review(patient.token, { consultationId });
    expect([status, body.data]).toMatchObject([200, { practitionerId: clinic.practitionerId, serviceId: null, rating: 4 }]);
    expect((await review(patient.token, { consultationId })).body.error.code).toBe('already_exists');
    expect((await server.call('POST', `/api/v1/reviews/${body.data.id}/reply`, doctor.token, { text: '谢谢' })).status).toBe(200);
    for (const { token } of [patient, doctor]) expect((await seen(token)).body.data.review).toMatchObject({ rating: 4, reply: '谢谢' });
    expect((await seen(otherPatient.token)).body.error.code).toBe('forbidden');
    await server.workers.drained();
    const { items } = (await server.call('GET', '/api/v1/notifications', patient.token)).body.data;
    expect(items).toMatchObject([{ kind: 'review.replied', path: `/visits/${consultationId}` }]);
    const now = Date.now();
    const span = `from=${new Date(now - 86_400_000).toISOString()}&to=${new Date(now + 86_400_000).toISOString()}`;
    const figures = (await server.call('GET', `/api/v1/consultations/statistics?${span}`, doctor.token)).body.data;
    expect(figures.total).toMatchObject({ completed: 1, reviews: 1, rating: 4 });
  });

  test('an order is rated once its service is done; medicines are not', async () => {
    const { patient, otherPatient } = server.people;
    const orderId = await order();
    expect((await review(otherPatient.token, { orderId })).body.error.code).toBe('not_found');
    expect((await review(patient.token, { orderId, rating: 2 })).body.data).toMatchObject({
      serviceId: clinic.serviceId,
      practitionerId: null,
    });
    expect((await review(patient.token, { orderId })).body.error.code).toBe('already_exists');
    expect((await review(patient.token, { orderId: await order('drug') })).body.error.code).toBe('wrong_state');
  });

  test('what belongs to an appointment is rated as the appointment', async () => {
    const { patient, doctor } = server.people;
    const input = { serviceId: clinic.serviceId, practitionerId: clinic.practitionerId, scheduledTime: clinic.times[0] };
    const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
    const { appointmentId, orderId } = (await server.call('POST', '/api/v1/appointments', patient.token, { ...input, ...contact })).body
      .data;
    await server.modules.orders.fire(orderId, 'PAY_SUCCESS', { actorId: null });
    expect((await review(patient.token, { orderId })).body.error.code).toBe('wrong_state');
    await server.call('POST', `/api/v1/appointments/${appointmentId}/complete`, doctor.token);
    expect((await review(patient.token, { orderId, rating: 5 })).status).toBe(200);
    const { id } = (await server.database.models.consultations.findOne({ where: { appointmentId } }))!;
    for (const one of [{ appointmentId }, { consultationId: id }]) {
      expect((await review(patient.token, one)).body.error.code).toBe('already_exists');
    }
    const mine = (await server.call('GET', '/api/v1/reviews/mine?sort=-rating', patient.token)).body.data;
    expect(mine.items[0]).toMatchObject({ appointmentId, consultationId: null, orderId: null });
    expect(mine.items.map(({ rating }: { rating: number }) => rating)).toEqual([5, 4, 2]);
  });

  test('names exactly one thing', async () => {
    const id = randomUUID();
    for (const one of [{}, { orderId: id, consultationId: id }]) {
      expect((await review(server.people.patient.token, one)).body.error).toMatchObject({ code: 'invalid_request' });
    }
  });

  test('are shown by service, with figures, sorted and filtered', async () => {
    const of = `/api/v1/services/${clinic.serviceId}/reviews`;
    const stars = async (query: string) =>
      (await server.call('GET', `${of}${query}`)).body.data.items.map(({ rating }: { rating: number }) => rating);
    expect(await stars('?sort=rating')).toEqual([2, 5]);
    expect(await stars('?rating=5')).toEqual([5]);
    expect((await server.call('GET', `${of}/statistics`)).body.data).toMatchObject({ serviceId: clinic.serviceId, count: 2, average: 3.5 });
    const all = await server.call('GET', `/api/v1/reviews?serviceId=${clinic.serviceId}`, server.people.administrator.token);
    expect(all.body.data.pagination.total).toBe(2);
  });

  test('reviews of appointments outlast a step back and a step forward of the tables', async () => {
    const { database } = server;
    const rows = () =>
      database.sequelize.query<object>('SELECT * FROM reviews WHERE appointment_id IS NOT NULL', { type: QueryTypes.SELECT });
    const before = await rows();
    await migrateDown(database, '0025-reviews-of-more');
    expect(await rows()).toHaveLength(1);
    await migrate(database);
    expect(await rows()).toEqual(before);
    const { models, transaction } = database;
    const two = { appointmentId: (before[0] as { appointment_id: string }).appointment_id, orderId: await order() };
    const row = { id: randomUUID(), userId: server.people.patient.id, practitionerId: null, rating: 1, text: 'x', hidden: false };
    await transaction(async () => {
      await database.sequelize.query("INSERT INTO retention_windows (table_name) VALUES ('reviews')");
      await models.reviews.destroy({ where: {} });
      await database.sequelize.query("DELETE FROM retention_windows WHERE table_name = 'reviews'");
    });
    await expect(transaction(() => models.reviews.create({ ...row, ...two }))).rejects.toThrow();
  });
});
