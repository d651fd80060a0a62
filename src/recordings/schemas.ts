import { z } from 'zod';
import { recordingEnd, role } from '#rooms/protocol-views.ts';
import { id, listOf, paging } from '#src/plugins/fields.ts';
import { recordingStates } from './model.ts';

export const recordingParams = z.object({ id });

export const recordingQuery = paging;

export const recordingView = z.object({
  id: z.string(),
  consultationId: z.string(),
  state: z
    .enum(recordingStates)
    .describe('open: `asked`, `recording`, `paused`; `composing`: its film is being made; `empty`: nothing was recorded'),
  progress: z.int().describe('of making the film, per cent'),
  askedBy: z.string().describe('name of whoever asked for it'),
  askedAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  endReason: recordingEnd.nullable(),
  durationSeconds: z.int().nullable().describe('of the film'),
  bytes: z.int().nullable().describe('of the film'),
  keptUntil: z.string().nullable().describe('it cannot be deleted before'),
  deletedAt: z.string().nullable(),
});

export const recordingList = listOf(recordingView);

export const recordingDetail = recordingView.extend({
  consents: z
    .array(z.object({ name: z.string(), role, decision: z.enum(['consented', 'refused', 'withdrawn']), at: z.string() }))
    .describe('everything that was said to it, in order'),
  pieces: z.int().describe('pieces of tracks that it was made of'),
});

export const recordingLink = z.object({
  url: z.string().describe('address of the film, below that of the server; good for ten minutes'),
  mime: z.string(),
});
