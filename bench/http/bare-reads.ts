/**
 * The bare side of the benchmark of reads: Fastify that verifies the token as our server does and sends our statements to the same
 * database by mysql2, answering by a schema. Usage: node bare-reads.ts SECRET DATABASE_URL
 */
import Fastify from 'fastify';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { statementOf } from '#src/appointments/listing.ts';
import { createTokens, type UserPrincipal } from '#src/auth/tokens.ts';

const [secret = '', url = ''] = process.argv.slice(2);
const tokens = createTokens(secret);
/** As many as our pool has. */
const pool = mysql.createPool({ uri: url, connectionLimit: 10, timezone: 'Z' });

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const whole = { type: 'integer' } as const;
const item = {
  type: 'object',
  properties: {
    ...{ id: text, appointmentNo: text, status: text, outcome: { type: ['string', 'null'] }, queueNo: { type: ['integer', 'null'] } },
    ...{ orderId: text, startsAt: time, endsAt: time, createdAt: time, userId: text, serviceId: text, practitionerId: text },
    ...{ service: text, practitioner: text, patient: text, consultationId: { type: ['string', 'null'] } },
  },
} as const;
const pagination = { type: 'object', properties: { page: whole, pageSize: whole, total: whole } } as const;
const answering = (properties: object) => ({
  response: { 200: { type: 'object', properties: { success: { type: 'boolean' }, data: { type: 'object', properties } } } },
});
const userIdOf = (authorization = ''): string => (tokens.verify(authorization.slice('Bearer '.length)) as UserPrincipal).userId;

const BALANCE = 'SELECT balance FROM balances WHERE user_id = ?';
const LIST = statementOf('a.user_id = ?', 'startsAt');

const app = Fastify();
app.get('/balance', { schema: answering({ userId: text, balance: { type: 'number' } }) }, async (request) => {
  const userId = userIdOf(request.headers.authorization);
  const [[row]] = await pool.execute<RowDataPacket[]>(BALANCE, [userId]);
  return { success: true, data: { userId, balance: Number(row?.['balance']) } };
});
app.get('/appointments', { schema: answering({ items: { type: 'array', items: item }, pagination }) }, async (request) => {
  const userId = userIdOf(request.headers.authorization);
  const [items] = await pool.execute<RowDataPacket[]>(LIST, [userId, userId, 20, 0]);
  return { success: true, data: { items, pagination: { page: 1, pageSize: 20, total: items[0]?.['total'] as number } } };
});
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('disconnect', () => process.exit());
