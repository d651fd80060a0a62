/**
 * Messages a second that one room stores on MariaDB: its log, which commits together what came meanwhile, against one insert a message.
 * Both sides are fenced by the epoch and numbered by the room, and MariaDB writes each commit to the disk.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openChatLog } from '#rooms/chat-log.ts';
import { Later } from '#rooms/mailbox.ts';
import type { ChatStore } from '#rooms/ports.ts';
import { createChatStore } from '#src/chat/store.ts';
import { parseKeyRing } from '#src/crypto/keys.ts';
import { createVault } from '#src/crypto/vault.ts';
import { type Database, openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { startMariaDb } from '#tests/support/mariadb.ts';
import { conclude, finish, measurePairs, readOptions } from './harness.ts';

/** People who write at the same time, each message after the one before was acknowledged: a full circle, or a stream's chat. */
const SENDERS = 100;
const TEXT = '您好，请问现在方便吗？';
const EPOCH = 1;
const log = pino({ level: 'silent' });

type Send = (sender: string, clientMessageId: string) => Promise<unknown>;

interface Room {
  id: string;
  senders: string[];
}

async function openRoom({ models, transaction }: Database): Promise<Room> {
  const id = randomUUID();
  const userId = randomUUID();
  const senders = Array.from({ length: SENDERS }, () => randomUUID());
  const from = Date.now();
  await transaction(async () => {
    await models.users.create({ id: userId, account: userId, name: '林医生', passwordHash: 'x', status: 'active' });
    await models.consultations.create({
      ...{ id, title: '复诊', status: 'active', practitionerUserId: userId, lobby: false, locked: false, roomEpoch: EPOCH, version: 1 },
      ...{ scheduledStart: new Date(from), scheduledEnd: new Date(from + 3_600_000) },
    });
    const members = senders.map((sender) => ({
      id: sender,
      consultationId: id,
      userId: null,
      name: '王敏',
      role: 'guest' as const,
      accessEpoch: 1,
    }));
    await models.members.bulkCreate(members);
  });
  return { id, senders };
}

/** An insert a message, each a transaction of its own. */
function oneByOne(store: ChatStore, { id }: Room): Send {
  let seq = 0;
  return (memberId, clientMessageId) =>
    store.append(id, EPOCH, [{ seq: ++seq, memberId, clientMessageId, name: '王敏', role: 'guest', text: TEXT, sentAt: Date.now() }]);
}

/** Our log of a room. The twin's store takes its messages apart again. */
async function together(store: ChatStore, { id }: Room, twin: boolean): Promise<Send> {
  const apart: ChatStore = {
    ...store,
    async append(room, epoch, messages) {
      const stored = [];
      for (const message of messages) stored.push(...(await store.append(room, epoch, [message])));
      return stored;
    },
  };
  const chat = await openChatLog({
    ...{ consultationId: id, epoch: EPOCH, store: twin ? apart : store, latestSeq: 0, perTenSeconds: 1_000_000, log },
    onPosted: () => undefined,
    onStale: () => undefined,
  });
  return (memberId, clientMessageId) => {
    const stored = chat.send({ memberId, name: '王敏', role: 'guest' }, clientMessageId, TEXT);
    return stored instanceof Later ? new Promise((resolve, reject) => stored.attach(resolve, reject)) : Promise.resolve(stored);
  };
}

/** @returns acknowledged messages a second */
async function rate(send: Send, { senders }: Room, seconds: number): Promise<number> {
  const started = performance.now();
  const end = started + seconds * 1_000;
  let count = 0;
  await Promise.all(
    senders.map(async (sender) => {
      for (let message = 0; performance.now() < end; message++, count++) await send(sender, `${message}`);
    }),
  );
  return (count * 1_000) / (performance.now() - started);
}

const options = readOptions({ pairs: 5, seconds: 4 });
const mariadb = await startMariaDb({ durable: true });
const database = await openDatabase({ DATABASE_URL: await mariadb.createDatabase(), DATA_DIR: '/nowhere' }, log);
await migrate(database);
const vault = createVault(parseKeyRing(`k1:${randomBytes(32).toString('hex')}`), 'a secret for the index that is long');
const store = createChatStore(database, vault);
console.log('Chat of one room, committed together');
const measure = async (open: (room: Room) => Send | Promise<Send>): Promise<number> => {
  const room = await openRoom(database);
  return rate(await open(room), room, options.seconds);
};
const pairs = await measurePairs(options, {
  bare: () => measure((room) => oneByOne(store, room)),
  ours: () => measure((room) => together(store, room, options.twin)),
});
await database.close();
await mariadb.stop();
const what = `messages a second of ${SENDERS} people in one room, against one insert a message`;
const goal = { id: 'COMMIT', what, unit: '/s', compare: 'ratio', atLeast: 5 } as const;
finish([conclude(goal, pairs, options)]);
