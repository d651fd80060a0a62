/**
 * Addresses of earlier clients (API-02): without a version, and under the names that their documents give. They are taken for the
 * address that the API document names before anything else looks at a request, so limits, policies and logs are the same.
 */
const ROOT = '/api/v1/';

/** Below `/api/`, whole segments: what a client calls → what it is called here. What follows is kept. The first that fits counts. */
export const aliases: readonly (readonly [string, string])[] = [
  ['login/wx', 'auth/providers/wechat-mini/mini-program'],
  ['login/phone', 'auth/login'],
  ['login', 'auth/login'],
  ['logout', 'auth/logout'],
  ['register', 'auth/register'],
  ['password/reset', 'auth/password/reset'],
  ['users/register', 'auth/register'],
  ['users/login', 'auth/login'],
  ['user/profile', 'users/me'],
  ['user', 'users'],
  ['role', 'roles'],
  ['menu', 'menus'],
  ['counselor', 'practitioners'],
  ['appointment', 'appointments'],
  ['time-slots', 'appointments/available-slots'],
  ['review', 'reviews'],
  ['order', 'orders'],
  ['pay/callback', 'payments/notify'],
  ['pay/:id', 'orders/:id/payments'],
  ['pay', 'payments'],
  ['refund', 'refunds'],
  ['announcement', 'announcements'],
  ['file/upload', 'files'],
  ['file/download/:id', 'files/:id/content'],
  ['file/preview/:id', 'files/:id/content'],
  ['file', 'files'],
];

/** Of management endpoints, whose base is not `/api`. */
export const managementAliases: Readonly<Record<string, string>> = {
  '/actuator/health': '/health/ready',
  '/actuator/info': '/info',
  '/actuator/metrics': '/metrics',
  '/actuator/prometheus': '/metrics',
};

const patterns = aliases.map(([from, to]) => ({
  pattern: new RegExp(`^${from.replace(':id', '([^/]+)')}(?=/|$)`),
  target: to.replace(':id', '$1'),
}));

/** @param url path and query as they came @returns the same as the API document has it */
export function canonicalUrl(url: string): string {
  if (url.startsWith(ROOT)) return url;
  const [path = '', ...query] = url.split('?');
  const rest = query.length > 0 ? `?${query.join('?')}` : '';
  const management = Object.hasOwn(managementAliases, path) ? managementAliases[path] : undefined;
  if (management) return management + rest;
  if (!path.startsWith('/api/')) return url;
  const name = path.slice('/api/'.length);
  const found = patterns.find(({ pattern }) => pattern.test(name));
  return ROOT + (found ? name.replace(found.pattern, found.target) : name) + rest;
}
