/** A page with every block of the clinic, built and served as the real one is, with an API that does what a test wants of it. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
// What routes may say of themselves; `plugins/web.ts` uses it.
import type {} from '@fastify/swagger';
import Fastify, { type FastifyReply } from 'fastify';
import { pageHeaders } from '#src/plugins/security.ts';
import { sendPage, serveWeb } from '#src/plugins/web.ts';

const root = path.resolve(import.meta.dirname, '../..');
const PASSWORD = 'right password';
const CODE = '123456';
const TOTAL = 45;

export interface BlocksPage {
  url: string;
  password: string;
  /** From the text message. */
  code: string;
  /** Queries that the list was asked with. */
  queries: string[];
  /** Bodies that the form sent. */
  orders: Record<string, unknown>[];
  /** The next calls are refused until the person is verified again. */
  forget(): void;
  close(): Promise<void>;
}

const fail = (reply: FastifyReply, status: number, code: string, details?: object[]) =>
  reply.code(status).send({ success: false, code: status, message: code, data: null, error: { code, details }, requestId: 'req_test' });
const answer = (data: unknown) => ({ success: true, code: 200, message: 'ok', data, timestamp: 0, requestId: 'req_test' });

/** A process of its own: rolldown's objects do not pass the border of jest's. */
async function buildInto(folder: string): Promise<void> {
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  const options = ['--config', path.join(root, 'web/vite.config.ts'), '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'];
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, 'build', path.join(root, 'tests/web/blocks'), ...options], { env });
}

export async function startBlocksPage(): Promise<BlocksPage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-blocks-'));
  await buildInto(folder);
  const app = Fastify();
  const headers = await pageHeaders({ PUBLIC_URL: undefined });
  const queries: string[] = [];
  const orders: Record<string, unknown>[] = [];
  let verified = false;

  app.setNotFoundHandler((_request, reply) => sendPage(folder, headers)(reply));
  app.get<{ Querystring: Record<string, string> }>('/api/v1/orders', async ({ query, url }) => {
    queries.push(url.split('?')[1] ?? '');
    const [page, pageSize] = [Number(query['page'] ?? 1), Number(query['pageSize'] ?? 20)];
    const total = query['keyword'] ? 0 : TOTAL;
    const first = (page - 1) * pageSize;
    const items = Array.from({ length: Math.max(0, Math.min(pageSize, total - first)) }, (_, index) => ({
      id: `order ${first + index}`,
      person: '王敏',
      paid: `${first + index}.50`,
      at: '2026-03-03T06:00:00.000Z',
      tone: 'good',
    }));
    return answer({ items, pagination: { page, pageSize, total } });
  });
  app.get('/api/v1/orders.csv', async (_request, reply) =>
    verified ? reply.type('text/csv').send('id,paid\n1,0.50\n') : fail(reply, 403, 'step_up_required'),
  );
  app.get('/api/v1/phone', async (_request, reply) => (verified ? answer({ phone: '13812345678' }) : fail(reply, 403, 'step_up_required')));
  app.post('/api/v1/auth/step-up/code', async () => answer({ expiresIn: 300 }));
  app.post<{ Body: { password?: string; code?: string } }>('/api/v1/auth/step-up', async ({ body }, reply) => {
    verified = body.password === PASSWORD || body.code === CODE;
    return verified ? answer({}) : fail(reply, 401, 'bad_credentials');
  });
  app.post<{ Body: Record<string, string> }>('/api/v1/orders', async ({ body }, reply) => {
    orders.push(body);
    if (body['note'] === 'broken') return fail(reply, 503, 'storage_unavailable');
    const details = [
      { field: 'body.amount', message: 'Too big' },
      { field: 'body.unknown', message: 'x' },
    ];
    return Number(body['dose']) > 10 ? fail(reply, 400, 'invalid_request', details) : answer({ id: `made ${orders.length}` });
  });
  await serveWeb(app, folder, headers);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/clinic/blocks`,
    password: PASSWORD,
    code: CODE,
    queries,
    orders,
    forget: () => (verified = false),
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
