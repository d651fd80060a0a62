import { readFileSync } from 'node:fs';
import { aliases, canonicalUrl, managementAliases } from '#src/plugins/aliases.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { routesOf } from '#tests/support/routes.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

test.each([
  ['/api/login', '/api/v1/auth/login'],
  ['/api/login/phone', '/api/v1/auth/login'],
  ['/api/login/wx', '/api/v1/auth/providers/wechat-mini/mini-program'],
  ['/api/user?page=2&pageSize=5', '/api/v1/users?page=2&pageSize=5'],
  ['/api/user/profile', '/api/v1/users/me'],
  ['/api/user/7/roles', '/api/v1/users/7/roles'],
  ['/api/users/7/health-profile', '/api/v1/users/7/health-profile'],
  ['/api/users/register', '/api/v1/auth/register'],
  ['/api/pay/7', '/api/v1/orders/7/payments'],
  ['/api/pay/callback/alipay', '/api/v1/payments/notify/alipay'],
  ['/api/file/download/7?expires=1&signature=a?b', '/api/v1/files/7/content?expires=1&signature=a?b'],
  ['/api/rolex', '/api/v1/rolex'],
  ['/api/v1/users', '/api/v1/users'],
  ['/api/', '/api/v1/'],
  ['/actuator/prometheus', '/metrics'],
  ['/actuator/__proto__', '/actuator/__proto__'],
  ['/visit/7', '/visit/7'],
])('canonicalUrl(%s) is %s', (url, canonical) => {
  expect(canonicalUrl(url)).toBe(canonical);
});

test('every alias leads to a route, and is in its document', () => {
  const page = readFileSync('docs/api-aliases.md', 'utf8');
  const known = routesOf(server.app).map(({ url }) => url);
  for (const [from, to] of aliases) {
    expect([to, known.some((url) => matches(url, `/api/v1/${to}`))]).toEqual([to, true]);
    expect([from, page.includes(`\`/api/${from.split('/:')[0]}`)]).toEqual([from, true]);
  }
  for (const [from, to] of Object.entries(managementAliases))
    expect([from, page.includes(from), known.includes(to)]).toEqual([from, true, true]);
});

/** Whether an address, or one below it, is a route. */
function matches(route: string, address: string): boolean {
  const pattern = new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`);
  return pattern.test(address) || pattern.test(`${address}/x`);
}

test('an alias is answered like its address: same policy, same errors, and it says where that is', async () => {
  const { body } = await server.call('POST', '/api/login', null, { account: 'doctor', password: PASSWORD });
  const { token } = body.data;
  const profile = await server.call('GET', '/api/user/profile', token);
  expect(profile.body.data).toEqual((await server.call('GET', '/api/v1/users/me', token)).body.data);
  expect(profile.headers['link']).toBe('</api/v1/users/me>; rel="canonical"');
  expect((await server.call('GET', '/api/user/profile')).body.error.code).toBe('unauthenticated');
  expect((await server.call('GET', '/api/role', server.people.patient.token)).body.error.code).toBe('forbidden');
  const { id } = server.people.patient;
  const tags = await server.call('PUT', `/api/users/${id}/health-tags`, server.people.patient.token, { tags: ['失眠'] });
  expect(tags.body.data).toMatchObject({ tags: ['失眠'] });
  expect((await server.call('GET', '/actuator/health')).body.data.status).toBe('up');
  expect((await server.call('GET', '/api/course')).body.error.code).toBe('route_not_found');
  expect((await server.call('DELETE', '/api/login')).body.error.code).toBe('method_not_allowed');
});
