/** A balancer as plain as they come: each TCP connection goes to the next node that is ready, whatever it carries and wherever its client was before. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Backend {
  port: number;
  /** Health checks ask here. */
  url: string;
}

export interface Proxy {
  port: number;
  close(): Promise<void>;
}

/** How often nodes are asked whether they are ready, and how long that may take, in ms. */
const CHECK_MS = 500;
/** How long a connection to a node may take to be made, in ms. */
const CONNECT_MS = 1_000;

/**
 * Starts the balancer in front of some nodes.
 * @param at port on the loopback interface; 0 takes a free one
 */
export async function startProxy(backends: readonly Backend[], at = 0): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const ready = new Set(backends);
  let closed = false;
  let turn = 0;

  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  /** Those whose turn it is, the next one first; those that are not ready last. */
  const inTurn = (): Backend[] => {
    turn = (turn + 1) % backends.length;
    const round = [...backends.slice(turn), ...backends.slice(0, turn)];
    return [...round.filter((backend) => ready.has(backend)), ...round.filter((backend) => !ready.has(backend))];
  };
  const server = createServer((near) => {
    keep(near);
    void forward(near, inTurn(), keep);
  });

  const watch = async (backend: Backend): Promise<void> => {
    while (!closed) {
      const answer = fetch(`${backend.url}/health/ready`, { signal: AbortSignal.timeout(CHECK_MS) });
      if (await answer.then(({ ok }) => ok).catch(() => false)) ready.add(backend);
      else ready.delete(backend);
      await sleep(CHECK_MS, undefined, { ref: false });
    }
  };
  for (const backend of backends) void watch(backend);

  await new Promise<void>((listening, failed) => server.once('error', failed).listen(at, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      closed = true;
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Joins a connection with the first node that takes it. */
async function forward(near: Socket, backends: readonly Backend[], keep: (socket: Socket) => Socket): Promise<void> {
  for (const { port } of backends) {
    const far = keep(connect(port, '127.0.0.1'));
    if (!(await connected(far))) continue;
    near.pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
    if (near.destroyed) far.destroy();
    return;
  }
  near.destroy();
}

function connected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    const give = (up: boolean): void => {
      clearTimeout(timer);
      if (!up) socket.destroy();
      resolve(up);
    };
    const timer = setTimeout(() => give(false), CONNECT_MS);
    socket.once('connect', () => give(true)).once('close', () => give(false));
  });
}
