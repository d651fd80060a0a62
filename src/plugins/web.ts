/** The web client: files of `web/dist`, and its page for every address that is not a file. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import compress from '@fastify/compress';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type PageHeaders, publicPages } from './security.ts';

/** Vite puts the hash of the content into these names. */
const HASHED = `${path.sep}assets${path.sep}`;
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Wenzhen</title>
<h1>The web client is not built</h1><p><code>npm start</code> builds it. The API is described at <a href="/docs">/docs</a>.</p></html>`;

/**
 * Compresses what this scope answers. For pages, files and the API document only: the hooks of the compression would take
 * an API call longer than its route, and answers are small.
 */
export async function compressAnswers(scope: FastifyInstance): Promise<void> {
  await scope.register(compress, { threshold: 1_024 });
}

/** @param folder may be missing or incomplete: the page then says so */
export async function serveWeb(app: FastifyInstance, folder: string, headers: PageHeaders): Promise<void> {
  const page = sendPage(folder, headers);
  await app.register(async (scope) => {
    await compressAnswers(scope);
    publicPages(scope, headers);
    scope.get('/', { schema: { hide: true } }, (_request, reply) => page(reply));
    await scope.register(fastifyStatic, {
      root: folder,
      index: false,
      cacheControl: false,
      setHeaders: (reply, file) => {
        reply.header('cache-control', file.includes(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  });
}

/** Answers with the page of the client. */
export function sendPage(folder: string, headers: PageHeaders) {
  return async (reply: FastifyReply): Promise<FastifyReply> => {
    const page = await readFile(path.join(folder, 'index.html')).catch(() => null);
    reply
      .headers(headers)
      .code(page ? 200 : 503)
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache');
    return reply.send(page ?? NOT_BUILT);
  };
}
