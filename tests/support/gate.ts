/** A way to a TCP port of this machine that can be cut and opened again: a network that breaks. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface Gate {
  port: number;
  /** Breaks every connection and lets no other through. */
  cut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startGate(to: number): Promise<Gate> {
  const sockets = new Set<Socket>();
  let closed = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  };
  const cut = (): void => {
    closed = true;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    if (closed) return void near.destroy();
    const far = keep(connect(to, '127.0.0.1'));
    keep(near).pipe(far).pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    open: () => void (closed = false),
    async close() {
      cut();
      await new Promise((done) => server.close(done));
    },
  };
}
