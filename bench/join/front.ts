/**
 * What the browser talks to, the same for both sides: serves the page, passes everything else on to the side's server,
 * and holds each answer back for as long as a network far away would.
 */
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface Front {
  /** `http://localhost:<port>`: a secure context, so that the page gets a camera */
  url: string;
  close(): void;
}

/** A page with nothing on it. */
export const BLANK = '/blank';
const HTML =
  '<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,"><script type="module" src="/bench.js"></script>';

/** Passes chunks on, each `milliseconds` later. */
function delayed(milliseconds: number): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      if (milliseconds === 0) return done(null, chunk);
      setTimeout(() => this.push(chunk), milliseconds);
      done();
    },
    flush(done) {
      setTimeout(done, milliseconds);
    },
  });
}

function forward(target: URL, incoming: IncomingMessage) {
  return request({ host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers: incoming.headers });
}

function passRequest(target: URL, delay: number, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const passed = forward(target, incoming);
  passed.on('response', (answer) => {
    setTimeout(() => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }, delay);
  });
  passed.on('error', () => outgoing.destroy());
  incoming.pipe(passed);
}

function passSocket(target: URL, delay: number, incoming: IncomingMessage, client: Socket, head: Buffer): void {
  const passed = forward(target, incoming);
  passed.on('upgrade', (answer, server: Socket, first: Buffer) => {
    const lines = [
      `HTTP/1.1 101 ${answer.statusMessage}`,
      ...Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`),
    ];
    const back = delayed(delay);
    back.pipe(client);
    back.write(`${lines.join('\r\n')}\r\n\r\n`);
    back.write(first);
    server.pipe(back);
    server.write(head);
    client.pipe(server);
    client.setNoDelay(true);
    server.setNoDelay(true);
    for (const socket of [client, server]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        server.destroy();
      });
    }
  });
  passed.on('error', () => client.destroy());
  passed.end();
}

/**
 * @param script of the page
 * @param delay ms added to each answer of the server, the opening of its socket included; the page itself is not delayed
 */
export async function startFront(script: string, target: string, delay: number): Promise<Front> {
  const to = new URL(target);
  const server: Server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').split('?')[0];
    if (path === BLANK) outgoing.setHeader('content-type', 'text/html').end('<!doctype html><title>blank</title>');
    else if (path === '/') outgoing.setHeader('content-type', 'text/html').end(HTML);
    else if (path === '/bench.js') outgoing.setHeader('content-type', 'text/javascript').end(script);
    else passRequest(to, delay, incoming, outgoing);
  });
  server.on('upgrade', (incoming, client, head) => passSocket(to, delay, incoming, client as Socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
