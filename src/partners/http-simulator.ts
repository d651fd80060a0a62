/**
 * What every simulated partner stands on: a real HTTP server on loopback that answers from a function and can fail or be
 * slow on demand. Simulators serve the tests and the demo; production refuses to start one.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** How one request is treated instead of being answered well. */
export type SimulatedFault =
  /** Answers this HTTP status with a page of some proxy. */
  | { kind: 'status'; status: number }
  /** Takes the request and never answers. */
  | { kind: 'silence' }
  /** Takes the request and cuts the connection. */
  | { kind: 'reset' }
  /** Does what was asked, and cuts the connection instead of telling. */
  | { kind: 'lose' }
  /** Answers well, after this many milliseconds. */
  | { kind: 'slow'; ms: number };

export interface SimulatedRequest {
  method: string;
  url: URL;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: Buffer;
}

export interface SimulatedAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Objects are sent as JSON. */
  body?: object | string;
}

export interface HttpSimulator {
  /** Address without a slash at the end. */
  readonly url: string;
  /** Requests taken so far, those that were made to fail included. */
  requests(): number;
  /** Treats the next `times` requests like this. */
  fail(fault: SimulatedFault, times?: number): void;
  /** Back to answering well. */
  heal(): void;
  close(): Promise<void>;
}

/** @throws in production: a partner that is only simulated would take payments and swallow messages there */
export function refuseInProduction(): void {
  if (process.env['NODE_ENV'] === 'production') throw new Error('Simulated partners do not run in production');
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

export interface ListenOptions {
  /** 127.0.0.1 by default; another one lets phones of the demo's network reach it. */
  host?: string | undefined;
  /** A free one by default. */
  port?: number | undefined;
}

/** Listens on a free port of 127.0.0.1 unless told otherwise. */
export async function startHttpSimulator(
  answer: (request: SimulatedRequest) => SimulatedAnswer | Promise<SimulatedAnswer>,
  { host = '127.0.0.1', port = 0 }: ListenOptions = {},
): Promise<HttpSimulator> {
  refuseInProduction();
  const faults: SimulatedFault[] = [];
  let requests = 0;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests++;
    const fault = faults.shift();
    const body = await buffer(request);
    if (fault?.kind === 'silence') return;
    if (fault?.kind === 'reset') return void request.socket.destroy();
    if (fault?.kind === 'status') return void response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Fault</h1>');
    if (fault?.kind === 'slow') await delay(fault.ms, undefined, { ref: false });
    const { method = 'GET' } = request;
    const answered = await answer({ method, url: new URL(request.url ?? '/', url), headers: headersOf(request), body });
    if (fault?.kind === 'lose') return void request.socket.destroy();
    send(response, answered);
  }

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, { status: 500, body: String(error) });
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;

  return {
    url,
    requests: () => requests,
    fail: (fault, times = 1) => void faults.push(...Array<SimulatedFault>(times).fill(fault)),
    heal: () => void faults.splice(0),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, { status = 200, headers, body = '' }: SimulatedAnswer): void {
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
}
