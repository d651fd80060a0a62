/** What most room tests begin with: one media server a file, a fresh room layer a test, everything closed afterwards. */
import { createMediaServer } from '#sfu/index.ts';
import type { MediaServer } from '#sfu/types.ts';
import type { Role } from '#rooms/protocol.ts';
import { createMemoryLog, type MemoryVisit } from './memory-ports.ts';
import { type RoomClient, type RoomServer, startRoomServer, testConfig } from './room-server.ts';

export interface Person {
  token: string;
  memberId: string;
  sessionId: string;
  client: RoomClient;
}

export interface RoomSuite {
  readonly media: MediaServer;
  start(settings?: Record<string, string>, earlier?: Parameters<typeof startRoomServer>[2]): Promise<RoomServer>;
  /** Adds a member to the visit and connects them. */
  person(server: RoomServer, visit: MemoryVisit, role: Role, name?: string): Promise<Person>;
}

/** Registers the hooks; call it at the top of a test file. */
export function roomSuite(): RoomSuite {
  let media: MediaServer;
  const servers: RoomServer[] = [];
  beforeAll(async () => {
    media = await createMediaServer({ config: testConfig(), log: createMemoryLog() });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      await server.close();
      // Nothing that a test does may count as a defect of the room.
      const defects = server.log.entries.filter(
        (entry) => entry.message === 'request failed' || entry.message === 'room failed on a message',
      );
      expect(defects).toEqual([]);
    }
  });
  afterAll(() => media.close());
  return {
    get media() {
      return media;
    },
    async start(settings, earlier) {
      const server = await startRoomServer(media, settings, earlier);
      servers.push(server);
      return server;
    },
    async person(server, visit, role, name) {
      const member = server.world.member(visit, role, name);
      return { ...member, client: await server.connect(member.token) };
    },
  };
}
