/** Bare Socket.IO with the same two events: who joins is in the room, what is sent goes to everybody in it. `bare-server.ts [redis url]` */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';

const [redisUrl] = process.argv.slice(2);
const http = createServer();
const pub = redisUrl ? new Redis(redisUrl) : null;
const io = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
  ...(pub && { adapter: createAdapter(pub, pub.duplicate()) }),
});
let seq = 0;
io.on('connection', (socket) => {
  socket.on('room:join', async (_payload: unknown, answer: (answer: object) => void) => {
    await socket.join('room');
    answer({ ok: true, data: {} });
  });
  socket.on('chat:send', ({ clientMessageId, text }: { clientMessageId: string; text: string }, answer: (answer: object) => void) => {
    const message = { seq: ++seq, clientMessageId, memberId: socket.id, name: 'Somebody', role: 'patient', text, sentAt: Date.now() };
    io.to('room').emit('chat:posted', { messages: [message] });
    answer({ ok: true, data: { seq, sentAt: message.sentAt } });
  });
});
http.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }));
process.on('disconnect', () => process.exit());
