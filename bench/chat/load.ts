/** Members of a room on bare WebSockets that speak Socket.IO: cheap enough to load a server from one core. Told what to do by its parent. */
import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { percentile } from '../stats.ts';

/** One connection to make. `auth` is sent in the handshake, `join` with `room:join`. */
export interface Member {
  url: string;
  auth: object;
  join: object;
}

export type Task =
  | { do: 'join'; members: Member[] }
  /** Messages one after the other, `inFlight` of them at a time. */
  | { do: 'rush'; seconds: number; inFlight: number }
  /** Messages at a steady rate. */
  | { do: 'pace'; seconds: number; perSecond: number };

export interface Done {
  /** Messages that members got, each counted as often as it was got. */
  deliveries: number;
  seconds: number;
  /** From the sending to the arrival at some of the members, 99 of 100 and half of them, ms. */
  p99: number;
  p50: number;
}

/** With name and ids about 200 bytes a message. */
const TEXT = '血压 128/82，体温 36.5'.padEnd(40, '。');
const SENDERS = 20;
/** Every so many members look at what they get. */
const LOOKS = 20;
const MARK = Buffer.from('"seq":');
/** `42[`: an event. Of those of a room only messages of chat have numbers. */
const EVENT = [0x34, 0x32, 0x5b];

interface Connection {
  socket: WebSocket;
  ask(event: string, payload: object): Promise<{ ok: boolean }>;
}

const connections: Connection[] = [];
const sentAt = new Map<string, number>();
let deliveries = 0;
let latencies: number[] = [];

function countMarks(data: Buffer): number {
  let count = 0;
  for (let at = data.indexOf(MARK); at >= 0; at = data.indexOf(MARK, at + MARK.length)) count++;
  return count;
}

function connect({ url, auth }: Member, looks: boolean): Promise<Connection> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
  });
  const answers = new Map<number, (answer: { ok: boolean }) => void>();
  let asked = 0;
  const { promise, resolve, reject } = Promise.withResolvers<Connection>();
  const ask: Connection['ask'] = (event, payload) =>
    new Promise((answered) => {
      answers.set(asked, answered);
      socket.send(`42${asked++}${JSON.stringify([event, payload])}`);
    });
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('closed')));
  socket.on('message', (data: Buffer) => {
    if (EVENT.every((byte, index) => data[index] === byte)) {
      deliveries += countMarks(data);
      if (looks) note(data);
      return;
    }
    const kind = data.toString('latin1', 0, 2);
    if (kind === '2') socket.send('3');
    else if (kind[0] === '0') socket.send(`40${JSON.stringify(auth)}`);
    else if (kind === '40') resolve({ socket, ask });
    else if (kind === '44') reject(new Error(data.toString()));
    else if (kind === '43') {
      const [, id = '', body = ''] = /^43(\d+)(.*)$/s.exec(data.toString()) ?? [];
      answers.get(Number(id))?.((JSON.parse(body) as [{ ok: boolean }])[0]);
      answers.delete(Number(id));
    }
  });
  return promise;
}

function note(data: Buffer): void {
  const now = performance.now();
  for (const [, id = ''] of data.toString().matchAll(/"clientMessageId":"([^"]+)"/g)) {
    const sent = sentAt.get(id);
    if (sent !== undefined) latencies.push(now - sent);
  }
}

async function join(members: Member[]): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < members.length) {
      const index = next++;
      const member = members[index] as Member;
      const connection = await connect(member, index % LOOKS === 0);
      const answer = await connection.ask('room:join', member.join);
      if (!answer.ok) throw new Error(JSON.stringify(answer));
      connections[index] = connection;
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

async function send(number: number): Promise<void> {
  // Spread over all members, and so over all nodes.
  const connection = connections[Math.floor(((number % SENDERS) * connections.length) / SENDERS)] as Connection;
  const clientMessageId = randomUUID();
  sentAt.set(clientMessageId, performance.now());
  const answer = await connection.ask('chat:send', { clientMessageId, text: TEXT });
  if (!answer.ok) throw new Error(JSON.stringify(answer));
}

async function rush(seconds: number, inFlight: number): Promise<void> {
  const until = performance.now() + seconds * 1000;
  let number = 0;
  const lane = async (): Promise<void> => {
    // The next one follows when the slowest of the room has this one, not only when it is acknowledged.
    while (performance.now() < until) {
      const wanted = deliveries + connections.length;
      await send(number++);
      while (deliveries < wanted && performance.now() < until) await new Promise(setImmediate);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

async function pace(seconds: number, perSecond: number): Promise<void> {
  const begun = performance.now();
  const sending: Promise<void>[] = [];
  for (let number = 0; number < seconds * perSecond; number++) {
    const due = begun + (number * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((then) => setTimeout(then, wait));
    sending.push(send(number));
  }
  await Promise.all(sending);
}

async function carryOut(task: Task): Promise<Done> {
  deliveries = 0;
  latencies = [];
  sentAt.clear();
  const begun = performance.now();
  if (task.do === 'join') await join(task.members);
  else if (task.do === 'rush') await rush(task.seconds, task.inFlight);
  else await pace(task.seconds, task.perSecond);
  const seconds = (performance.now() - begun) / 1000;
  const got = deliveries;
  // What is on its way.
  await new Promise((then) => setTimeout(then, 300));
  return { deliveries: task.do === 'pace' ? deliveries : got, seconds, p99: percentile(latencies, 0.99), p50: percentile(latencies, 0.5) };
}

process.on('message', (task: Task) => {
  carryOut(task).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());
process.send?.({ ready: true });
