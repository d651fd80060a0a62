/** A way to a TCP port of this machine that can be cut, blocked and opened again: a network that breaks. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** Ways through a gate: what its users send, and what comes back to them. */
export type Way = 'there' | 'back';

export interface Gate {
  port: number;
  /** Breaks every connection and lets no other through. */
  cut(): void;
  /** From now on nobody is told that the other end has closed a connection, as behind a network that has forgotten it. */
  swallowEnds(): void;
  /** Lets nothing more through these ways, without anybody being told: connections stay, as when packets are dropped. */
  hold(...ways: Way[]): void;
  open(): void;
  close(): Promise<void>;
}

export async function startGate(to: number): Promise<Gate> {
  const sockets: Record<Way, Set<Socket>> = { there: new Set(), back: new Set() };
  const held = new Set<Way>();
  let closed = false;
  let swallowing = false;
  /** @param way that of what is read from this socket */
  const keep = (socket: Socket, way: Way, other: Socket): void => {
    sockets[way].add(socket);
    socket
      .on('error', () => undefined)
      .once('close', () => {
        sockets[way].delete(socket);
        if (!swallowing || way === 'there') other.destroy();
      });
    socket.on('data', (data) => {
      if (!other.write(data)) socket.pause();
    });
    other.on('drain', () => void (held.has(way) || socket.resume()));
    if (held.has(way)) socket.pause();
  };
  const cut = (): void => {
    closed = true;
    for (const socket of [...sockets.there, ...sockets.back]) socket.destroy();
  };
  const server = createServer({ noDelay: true }, (near) => {
    if (closed) return void near.destroy();
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true });
    keep(near, 'there', far);
    keep(far, 'back', near);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    swallowEnds: () => void (swallowing = true),
    hold(...ways) {
      for (const way of ways) {
        held.add(way);
        for (const socket of sockets[way]) socket.pause();
      }
    },
    open() {
      closed = swallowing = false;
      held.clear();
      for (const socket of [...sockets.there, ...sockets.back]) socket.resume();
    },
    async close() {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}
