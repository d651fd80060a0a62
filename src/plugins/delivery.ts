/**
 * How answers of the API travel (PRF-08): large ones compressed, and those that are the same for everybody with a tag, so that a client that has
 * one already is not sent it again. Most answers are small and somebody's own: they go as they are.
 */
import { hash } from 'node:crypto';
import { gzip } from 'node:zlib';
import type { FastifyInstance, onSendHookHandler, RouteOptions } from 'fastify';
import { watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { FinishListener } from './finished.ts';
import { publicAccess } from './policy.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is the same for everybody; clients and caches may use it for so many seconds and ask then whether it still holds. */
    shared?: number;
  }
}

/** In characters. Less fits into a packet or two as it is. */
const LARGE = 2_048;
/** Faster levels save nothing worth mentioning, slower ones take longer than the bytes that they save. */
const LEVEL = 4;
/** What differs from answer to answer begins here: the end of the envelope. */
const STAMP = ',"timestamp":';

/** To be called before the routes. */
export function deliverLean(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route: RouteOptions) => {
    if (route.method !== 'GET' || route.compress === false) return;
    const { shared, policy } = route.config ?? {};
    if (shared !== undefined && policy !== publicAccess) throw new Error(`${route.url} is not open to everybody, so it cannot be shared`);
    route.onSend = [...[route.onSend ?? []].flat(), ...(shared === undefined ? [] : [tagged(shared)]), compressed];
  });
}

function tagged(seconds: number): onSendHookHandler<unknown> {
  const control = seconds > 0 ? `public, max-age=${seconds}` : 'public, no-cache';
  return (request, reply, payload, done) => {
    if (reply.statusCode !== 200 || typeof payload !== 'string') return done(null, payload);
    const tag = `W/"${hash('sha1', payload.slice(0, payload.lastIndexOf(STAMP)), 'base64url')}"`;
    reply.header('etag', tag).header('cache-control', control);
    if (!has(request.headers['if-none-match'], tag)) return done(null, payload);
    reply.code(304).removeHeader('content-type');
    done(null, null);
  };
}

/**
 * Counts what clients and proxies keep: answers of the API that are the same for everybody, and files of the pages. A hit is a request that only
 * asked whether it still holds; what is good without asking, such as files with the hash of their content in their names, does not come here.
 */
export function countRevalidated(signals: Pick<Signals, 'on'>): FinishListener {
  const open = (name: string) => watchCache(signals, name, { strategy: 'client', keys: () => [], clear: () => undefined });
  const [answers, pages] = [open('answers'), open('pages')];
  return ({ method, routeOptions: { config, url } }, { statusCode }) => {
    const figures = config.shared !== undefined ? answers : url === '/' || url === '/*' ? pages : null;
    if (method !== 'GET' || !figures) return;
    if (statusCode === 304) figures.hits++;
    else if (statusCode === 200) figures.misses++;
  };
}

/** Whether a client has the answer with this tag. */
const has = (known: string | undefined, tag: string): boolean =>
  known !== undefined && known.split(',').some((one) => one.trim() === tag || one.trim() === '*');

/**
 * By one call of zlib, off the main thread: the streams of the library that compresses the pages cost a call of the API more than its route. Tokens
 * come in a header that no other site can make a browser send, so what an answer repeats of a request tells nobody anything by its size.
 */
const compressed: onSendHookHandler<unknown> = (request, reply, payload, done) => {
  if (typeof payload !== 'string' || payload.length < LARGE) return done(null, payload);
  const vary = reply.getHeader('vary');
  reply.header('vary', vary === undefined ? 'accept-encoding' : `${String(vary)}, accept-encoding`);
  if (!takesGzip(request.headers['accept-encoding'])) return done(null, payload);
  gzip(payload, { level: LEVEL }, (error, packed) => {
    if (error) return done(null, payload);
    reply.header('content-encoding', 'gzip');
    done(null, packed);
  });
};

function takesGzip(accepted: string | string[] | undefined): boolean {
  return String(accepted ?? '')
    .split(',')
    .some((coding) => /^\s*gzip\s*(?:;\s*q=(?:1|0\.\d*[1-9]).*)?$/i.test(coding));
}
