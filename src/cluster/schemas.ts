import { z } from 'zod';
import { id } from '#src/plugins/fields.ts';

const worker = z.object({
  pid: z.int(),
  load: z.number().describe('share of one core, just-placed work counted in'),
  rooms: z.int(),
  rss: z.int().describe('resident memory in bytes'),
  transports: z.int(),
  producers: z.int(),
  consumers: z.int(),
});

const nodeView = z.object({
  id: z.string().describe('of this start of the process'),
  name: z.string(),
  region: z.string().nullable(),
  roles: z.array(z.string()).describe('api, rooms, jobs'),
  protocol: z.string().describe('version of the socket protocol'),
  startedAt: z.string(),
  lastSeenAt: z.string(),
  self: z.boolean().describe('the node that answers'),
  draining: z.boolean().describe('it opens no rooms, and hands over those that it has'),
  takesRooms: z.boolean(),
  rooms: z.int(),
  peers: z.int(),
  sockets: z.int(),
  load: z.number().describe('mean of its media workers, share of one core'),
  workers: z.array(worker),
});
export const nodeList = z.object({ items: z.array(nodeView) });

const roomView = z.object({
  consultationId: z.string(),
  nodeId: z.string(),
  node: z.string().nullable().describe('name of the node'),
  epoch: z.int().describe('counts the openings of this room'),
  openedAt: z.string(),
  startedAt: z.string().nullable().describe('null before both sides met'),
  peers: z.int(),
  lobby: z.int(),
  tracks: z.int().describe('that people send and receive, sound and pictures'),
  mailboxDepth: z.int().describe('messages that wait'),
  workerPid: z.int().nullable().describe('its media worker; null without media'),
});
export const roomList = z.object({ items: z.array(roomView) });

const queueView = z.object({
  name: z.string(),
  kind: z.enum(['redis', 'process']).describe('shared by all nodes, or of the process that answers'),
  waiting: z.int().describe('due, and not in hand'),
  active: z.int().nullable().describe('in hand; null while Redis does not answer'),
  delayed: z.int().describe('due later'),
  failed: z.int().describe('gave up, and wait for a person'),
});
export const queueList = z.object({ items: z.array(queueView) });

export const nodeParams = z.object({ id: z.uuid() });
export const roomParams = z.object({ id });
export const move = z
  .object({ nodeId: z.uuid().nullable().default(null).describe('null: wherever there is most room') })
  .meta({ examples: [{ nodeId: null }] });
export const moved = z.object({
  nodeId: z.string().nullable().describe('the node that has the room now; null: whoever comes back first opens it'),
});
