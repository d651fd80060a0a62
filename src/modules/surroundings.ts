import type { MediaSession } from '#rooms/protocol.ts';
import type { VisitChatStore } from '../chat/store.ts';
import type { JobSource, RoomNodes } from '../cluster/service.ts';
import type { Files } from '../files/service.ts';
import type { VisitHooks } from '../consultations/hooks.ts';
import type { RoomCommands } from '../consultations/service.ts';
import type { OpenPages } from '../notifications/ports.ts';

/** What modules need besides the foundation. */
export interface Surroundings {
  rooms: RoomCommands;
  chatStore: VisitChatStore;
  files: Files;
  visits: VisitHooks;
  pages: OpenPages;
  nodes: RoomNodes;
  jobs: JobSource;
  routerRtpCapabilities: MediaSession['routerRtpCapabilities'];
  /** Address that people open, without a slash at the end. */
  publicUrl: () => string;
}
