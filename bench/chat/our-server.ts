/**
 * Our room layer as the program runs it, with one visit to which everybody may come, and its chat stored in memory: what the database
 * costs, `chat-commit.ts` measures. `our-server.ts <share of a core to waste> [redis url]`
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRooms, joinCluster } from '#rooms/index.ts';
import { createMemorySnapshotStore } from '#rooms/memory-snapshot-store.ts';
import type { Authenticator, ChatStore, ConsultationPolicy } from '#rooms/ports.ts';
import type { ChatMessage } from '#rooms/protocol.ts';
import { createMediaServer } from '#sfu/index.ts';
import { connectRedis } from '#src/redis.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { testConfig } from '#tests/support/room-server.ts';
import { burn } from '../twin.ts';

const DAY_MS = 86_400_000;
const [waste = '0', redisUrl] = process.argv.slice(2);
const config = testConfig({
  ...{ ROOM_MAX_PEERS: '2000', RATE_CHAT_PER_10_SECONDS: '10000000', RATE_SOCKET_PER_SECOND: '1000000' },
  ...{ SOCKET_PING_MS: '1000', SOCKET_PING_TIMEOUT_MS: '10000' },
});
const log = createMemoryLog();

/** A token is the name of its member. */
const authenticator: Authenticator = {
  authenticate: async (name) => ({ kind: 'user', userId: name, name, sessionId: name, expiresAt: Date.now() + DAY_MS }),
  isRevoked: () => false,
  onRevoked: () => () => undefined,
};
const done = async (): Promise<void> => undefined;
const policy: ConsultationPolicy = {
  authorize: async (_id, identity) => ({ memberId: identity.sessionId, name: identity.name, role: 'patient' }),
  open: async (consultationId) => ({
    ...{ consultationId, title: 'Benchmark', scheduledStart: new Date().toISOString(), scheduledEnd: new Date().toISOString() },
    ...{ startedAt: null, lobby: false, locked: false, epoch: 1, latestChatSeq: 0 },
  }),
  ...{ started: done, locked: done, removeMember: done, ended: done },
};
const stored: ChatMessage[] = [];
const chat: ChatStore = {
  async append(_id, _epoch, messages) {
    stored.push(...messages);
    return messages.map(({ seq, sentAt }) => ({ seq, sentAt }));
  },
  find: async () => null,
  after: async (_id, afterSeq, limit) => stored.filter(({ seq }) => seq > afterSeq).slice(0, limit),
};

const cluster = redisUrl ? await joinCluster(connectRedis(redisUrl, log), randomUUID(), log) : undefined;
let turns = 0;
const rooms = createRooms({
  ...{ config, log, cluster, policy, chat, authenticator, snapshots: createMemorySnapshotStore(), iceServers: () => [] },
  media: await createMediaServer({ config, log }),
  onTurn: () => void turns++,
  onBusRequest: () => void turns++,
});
const http = createServer();
rooms.attach(http);
burn(Number(waste));
http.listen(0, '127.0.0.1', () => process.send?.({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }));
process.on('disconnect', () => process.exit());
