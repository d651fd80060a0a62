import { settingDeclarations, settingKeys } from '#src/settings/catalogue.ts';
import { createSettings } from '#src/settings/service.ts';
import { createSignals } from '#src/signals/signals.ts';
import { silentLog, startApp, type TestApp } from '#tests/support/app.ts';
import { until } from '#tests/support/wait.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

const change = (key: string, body: unknown, token = server.people.administrator.token) =>
  server.call('PUT', `/api/v1/settings/${key}`, token, body);

test('every default fits its own schema', () => {
  for (const key of settingKeys) expect(settingDeclarations[key].schema.safeParse(settingDeclarations[key].fallback).success).toBe(true);
});

test('a change is in force at once here, within a poll in another process, and has a history', async () => {
  const { database, vault } = server.foundation;
  const signals = createSignals(database, silentLog);
  const elsewhere = await createSettings(database, vault, signals);
  const { settings } = server.foundation;
  expect(settings.get('appointments.holdMinutes')).toBe(15);
  expect((await change('appointments.holdMinutes', { value: 20, version: 0 })).body.data).toMatchObject({
    value: 20,
    version: 1,
    isSet: true,
  });
  expect(settings.get('appointments.holdMinutes')).toBe(20);
  await until('the other process to hear of it', () => elsewhere.get('appointments.holdMinutes') === 20);
  signals.close();
  await change('appointments.holdMinutes', { value: 25, version: 1 });
  const history = await server.call('GET', '/api/v1/settings/appointments.holdMinutes/history', server.people.administrator.token);
  expect(history.body.data.items).toMatchObject([
    { version: 2, value: 25, changedBy: server.people.administrator.id },
    { version: 1, value: 20 },
  ]);
});

test('a value of the wrong type, a stale version and an unknown key are refused', async () => {
  expect((await change('clinic.zone', { value: 'Mars/Olympus', version: 0 })).body.error).toMatchObject({
    code: 'invalid_request',
    details: [{ field: 'body.value' }],
  });
  await change('clinic.name', { value: 'A', version: 0 });
  expect((await change('clinic.name', { value: 'B', version: 0 })).body.error.code).toBe('conflict');
  expect((await change('clinic.name', { value: 'B', version: 7 })).body.error.code).toBe('conflict');
  expect((await change('no.such.key', { value: 1, version: 0 })).status).toBe(400);
  expect(server.foundation.settings.get('clinic.name')).toBe('A');
});

test('anybody learns name and zone of the clinic', async () => {
  const { settings } = server.foundation;
  const expected = { name: settings.get('clinic.name'), zone: settings.get('clinic.zone') };
  expect((await server.call('GET', '/api/v1/clinic')).body.data).toEqual(expected);
});

test('only those who may change settings see them', async () => {
  expect((await change('clinic.name', { value: 'C', version: 1 }, server.people.doctor.token)).status).toBe(403);
  expect((await server.call('GET', '/api/v1/settings', server.people.patient.token)).status).toBe(403);
  expect((await server.call('GET', '/api/v1/settings', server.people.administrator.token)).body.data.items.length).toBe(settingKeys.length);
});
