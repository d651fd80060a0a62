import { randomUUID } from 'node:crypto';
import { newMariaDb } from '#tests/support/databases.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { openClinic } from '#tests/support/clinic.ts';

const HOUR = 3_600_000;
const base = '/api/v1/consultations/statistics';
const from = '2026-03-01T00:00:00.000Z';
const to = '2026-03-04T00:00:00.000Z';
const asked = `?from=${from}&to=${to}`;

describe.each(['sqlite', 'mysql'] as const)('figures of visits on %s', (dialect) => {
  let server: TestApp;

  async function visit(userId: string, at: string, fields: object = {}): Promise<string> {
    const { models, transaction } = server.database;
    const start = new Date(at);
    const id = randomUUID();
    const row = { id, title: 'x', practitionerUserId: userId, scheduledStart: start, scheduledEnd: new Date(start.getTime() + HOUR) };
    const state = { status: 'scheduled', lobby: true, locked: false, roomEpoch: 0, version: 1 };
    await transaction(() => models.consultations.create({ ...row, ...state, ...fields } as never));
    return id;
  }
  const held = (at: string, minutes: number) => ({
    status: 'ended',
    startedAt: new Date(at),
    endedAt: new Date(Date.parse(at) + minutes * 60_000 + 500),
  });

  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    const { doctor, otherDoctor, patient } = server.people;
    const { practitionerId, serviceId } = await openClinic(server, doctor.id);
    const { models, transaction } = server.database;
    const appointmentId = randomUUID();
    const reviewed = { id: randomUUID(), practitionerId, userId: patient.id, rating: 4, text: 'x', hidden: false };
    await transaction(async () => {
      const times = { startsAt: new Date('2026-03-01T02:00:00Z'), endsAt: new Date('2026-03-01T03:00:00Z') };
      const row = { id: appointmentId, appointmentNo: 'A1', userId: patient.id, profileId: null, practitionerId, serviceId, ...times };
      await models.appointments.create({ ...row, status: 'completed', detailsSealed: 'x', version: 1 } as never);
      await models.reviews.create({ ...reviewed, appointmentId } as never);
    });
    // 15:59 and 16:00 UTC are two days in Shanghai.
    await visit(doctor.id, '2026-03-01T15:59:00Z', { ...held('2026-03-01T16:00:00Z', 30), appointmentId });
    await visit(doctor.id, '2026-03-01T16:00:00Z', held('2026-03-01T16:05:00Z', 15));
    await visit(doctor.id, '2026-03-02T02:00:00Z', { cancelledAt: new Date(), status: 'ended', endedAt: new Date() });
    await visit(doctor.id, '2026-03-02T03:00:00Z');
    await visit(otherDoctor.id, '2026-03-03T03:00:00Z', held('2026-03-03T03:00:00Z', 10));
    await visit(otherDoctor.id, '2026-03-05T03:00:00Z', held('2026-03-05T03:00:00Z', 10));
  });
  afterAll(() => server.close());

  test('by day of the clinic, of the own visits', async () => {
    const { status, body } = await server.call('GET', base + asked, server.people.doctor.token);
    expect(status).toBe(200);
    expect(body.data.items.map((item: { period: string; count: number }) => [item.period, item.count])).toEqual([
      ['2026-03-01', 1],
      ['2026-03-02', 3],
      ['2026-03-03', 0],
      ['2026-03-04', 0],
    ]);
    expect(body.data.total).toEqual({
      ...{ count: 4, completed: 2, cancelled: 1, missed: 1, completion: 0.5 },
      ...{ minutes: 45, averageMinutes: 22.5, reviews: 1, rating: 4 },
    });
    expect(body.data.items[2]).toMatchObject({ completion: null, averageMinutes: null, rating: null });
  });

  test('a practitioner sees no others, whatever they ask for', async () => {
    const { doctor, otherDoctor } = server.people;
    const { body } = await server.call('GET', `${base}${asked}&practitionerUserId=${doctor.id}`, otherDoctor.token);
    expect(body.data.total.count).toBe(1);
    const rows = await server.call('GET', `${base}/practitioners${asked}`, otherDoctor.token);
    expect(rows.body.data.items).toHaveLength(1);
    expect((await server.call('GET', base + asked, server.people.patient.token)).body.error.code).toBe('forbidden');
  });

  test('an administrator sees everybody, by month and by practitioner', async () => {
    const { administrator, doctor, otherDoctor } = server.people;
    const month = await server.call('GET', `${base}${asked}&by=month`, administrator.token);
    expect(month.body.data.items).toMatchObject([{ period: '2026-03', count: 5, completed: 3, minutes: 55 }]);
    const ranked = async (query: string) => {
      const { body } = await server.call('GET', `${base}/practitioners${asked}${query}`, administrator.token);
      return body.data;
    };
    const all = await ranked('&sort=-minutes');
    expect(all.items.map((item: { practitioner: { userId: string } }) => item.practitioner.userId)).toEqual([doctor.id, otherDoctor.id]);
    expect(all.items[1]).toMatchObject({ practitioner: { name: 'Name of other-doctor' }, count: 1, completion: 1, rating: null });
    expect(await ranked('&pageSize=1&page=2')).toMatchObject({ items: [{ count: 1 }], pagination: { total: 2 } });
    expect(await ranked('&sort=-rating')).toMatchObject({ items: [{ rating: 4 }, { rating: null }] });
  });

  test('more periods than one answer holds, and a span that is none, are refused', async () => {
    const { token } = server.people.administrator;
    for (const query of [`?from=${from}&to=2029-01-01T00:00:00.000Z`, `?from=${to}&to=${from}`]) {
      expect((await server.call('GET', base + query, token)).body.error.code).toBe('invalid_request');
    }
  });
});
