import { api, signIn } from '#tests/support/rest.ts';
import { startServer, type TestServer } from '#tests/support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
}, 60_000);
afterAll(() => server.close());

test('the demo has departments and an approved doctor who can be found', async () => {
  const { items } = await api<{ items: { name: string; bookable: boolean; department: { code: string } }[] }>(
    server,
    'GET',
    `/practitioners?keyword=${encodeURIComponent('林医生')}`,
  );
  expect(items).toEqual([
    expect.objectContaining({ name: '林医生 Dr. Lin', bookable: true, department: expect.objectContaining({ code: 'TCM-IM' }) }),
  ]);
  const departments = await api<{ items: unknown[] }>(server, 'GET', '/departments');
  expect(departments.items).toHaveLength(3);
  const { token } = await signIn(server, server.doctor);
  expect(await api(server, 'GET', '/practitioners/me', { token })).toMatchObject({ reviewState: 'approved' });
});
