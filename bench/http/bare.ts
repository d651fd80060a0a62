/**
 * The bare side of the route benchmark: Fastify with one route that checks the token and answers by a schema.
 * `plain` verifies the signature at each request, `same` verifies as our server does.
 */
import Fastify from 'fastify';
import jwt from 'jsonwebtoken';
import { createTokens } from '#src/auth/tokens.ts';

const [secret = '', kind = 'plain'] = process.argv.slice(2);
const tokens = createTokens(secret);

function identify(token: string): { name: string; expiresAt: number } {
  if (kind === 'same') return tokens.verify(token);
  const { name, exp } = jwt.verify(token, secret, { algorithms: ['HS256'], issuer: 'wenzhen' }) as { name: string; exp: number };
  return { name, expiresAt: exp * 1000 };
}

const text = { type: 'string' } as const;
const data = { type: 'object', properties: { name: text, expiresAt: text } } as const;
const schema = { response: { 200: { type: 'object', properties: { success: { type: 'boolean' }, data } } } };
const app = Fastify();
app.get('/session', { schema }, async (request) => {
  const { name, expiresAt } = identify((request.headers.authorization ?? '').slice('Bearer '.length));
  return { success: true, data: { name, expiresAt: new Date(expiresAt).toISOString() } };
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('disconnect', () => process.exit());
