import { randomUUID } from 'node:crypto';
import { type PriceRule, priceOf } from '#src/offerings/price.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';

const at = new Date('2026-12-01T00:00:00Z');
const rule = (price: number, special: Partial<PriceRule> = {}): PriceRule => ({
  ...{ practitionerId: null, membershipLevel: null, validFrom: new Date(0), validTo: null },
  ...special,
  price,
});
const asked = { practitionerId: 'p', membership: 'premium', at } as const;

test.each([
  ['own price without rules', [], 10],
  ['a rule for everybody', [rule(9)], 9],
  ['a level before everybody', [rule(9), rule(8, { membershipLevel: 'premium' })], 8],
  ['a practitioner before a level', [rule(8, { membershipLevel: 'premium' }), rule(7, { practitionerId: 'p' })], 7],
  ['both before one', [rule(7, { practitionerId: 'p' }), rule(6, { practitionerId: 'p', membershipLevel: 'premium' })], 6],
  ['others do not count', [rule(1, { practitionerId: 'q' }), rule(1, { membershipLevel: 'basic' })], 10],
  ['not yet and not any more', [rule(1, { validFrom: new Date('2026-12-02') }), rule(1, { validTo: at })], 10],
  ['the later one of equals', [rule(5), rule(4, { validFrom: new Date('2026-01-01') })], 4],
])('priceOf(): %s', (_title, rules, expected) => {
  expect(priceOf(10, rules, asked)).toBe(expected);
});

describe('services over REST', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(() => server.close());
  const admin = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: unknown) =>
    server.call(method, `/api/v1${url}`, server.people.administrator.token, body);

  test('a service is offered, priced by level, and gone when it is switched off', async () => {
    const made = await admin('POST', '/services', { name: '视频问诊', category: 'consultation', price: 99.5, durationMinutes: 30 });
    const { id } = made.body.data;
    expect(made.body.data).toMatchObject({ price: 99.5, isActive: true });
    const quote = async () => (await server.call('GET', `/api/v1/services/${id}/quote`, server.people.patient.token)).body;
    expect((await quote()).data).toEqual({ serviceId: id, amount: 99.5 });
    const special = await admin('POST', `/services/${id}/prices`, {
      membershipLevel: 'basic',
      price: 80,
      validFrom: '2026-01-01T00:00:00Z',
    });
    expect((await quote()).data.amount).toBe(80);
    expect((await admin('DELETE', `/services/${id}/prices/${special.body.data.id}`)).status).toBe(200);
    expect((await quote()).data.amount).toBe(99.5);
    expect((await server.call('GET', '/api/v1/services?category=consultation')).body.data.items).toHaveLength(1);
    await admin('PATCH', `/services/${id}`, { isActive: false });
    expect((await server.call('GET', '/api/v1/services')).body.data.items).toHaveLength(0);
    expect((await quote()).error.code).toBe('unknown_service');
    expect((await admin('GET', '/services/all')).body.data.items).toHaveLength(1);
  });

  test('prices with fractions of a fen, unknown practitioners and services are refused; others may not manage', async () => {
    const service = { name: 'x', category: 'companion', price: 1, durationMinutes: 30 };
    for (const price of [1.005, -1, 1e12, '1']) expect((await admin('POST', '/services', { ...service, price })).status).toBe(400);
    const { id } = (await admin('POST', '/services', service)).body.data;
    const price = { price: 1, validFrom: '2026-01-01T00:00:00Z' };
    expect((await admin('POST', `/services/${id}/prices`, { ...price, practitionerId: randomUUID() })).body.error.code).toBe(
      'unknown_practitioner',
    );
    expect((await admin('POST', `/services/${randomUUID()}/prices`, price)).body.error.code).toBe('not_found');
    expect((await admin('POST', `/services/${id}/prices`, { ...price, validTo: '2025-01-01T00:00:00Z' })).status).toBe(400);
    expect((await server.call('POST', '/api/v1/services', server.people.doctor.token, service)).status).toBe(403);
  });
});
