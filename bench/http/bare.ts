/**
 * The bare side of the route benchmark: Fastify with one route that checks the token and answers by a schema.
 * `plain` verifies the signature at each request, `same` verifies as our server does.
 */
import Fastify from 'fastify';
import jwt from 'jsonwebtoken';
import { createTokens, type UserPrincipal } from '#src/auth/tokens.ts';

const [secret = '', kind = 'plain'] = process.argv.slice(2);
const tokens = createTokens(secret);

/** What our server answers: the same data, in a smaller envelope. */
interface Session {
  user: { id: string; name: string; roles: string[] };
  sessionId: string;
  expiresAt: number;
}

function identify(token: string): Session {
  if (kind === 'same') {
    const { userId: id, name, roles, sessionId, expiresAt } = tokens.verify(token) as UserPrincipal;
    return { user: { id, name, roles }, sessionId, expiresAt };
  }
  const verified = jwt.verify(token, secret, { algorithms: ['HS256'], issuer: 'wenzhen' });
  const { sub: id, name, roles, sid, exp } = verified as { sub: string; name: string; roles: string[]; sid: string; exp: number };
  return { user: { id, name, roles }, sessionId: sid, expiresAt: exp * 1000 };
}

const text = { type: 'string' } as const;
const user = { type: 'object', properties: { id: text, name: text, roles: { type: 'array', items: text } } } as const;
const data = { type: 'object', properties: { kind: text, user, sessionId: text, expiresAt: text } } as const;
const schema = { response: { 200: { type: 'object', properties: { success: { type: 'boolean' }, data } } } };
const app = Fastify();
app.get('/session', { schema }, async (request) => {
  const session = identify((request.headers.authorization ?? '').slice('Bearer '.length));
  return { success: true, data: { ...session, kind: 'user', expiresAt: new Date(session.expiresAt).toISOString() } };
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('disconnect', () => process.exit());
