/** Makes films of recordings, ends those that were left open, and takes away contents that none of them names. */
import type { Recordings } from '#src/recordings/service.ts';
import { outside } from '../processor.ts';

export const composeProcessor = (recordings: Recordings) =>
  outside<'recording.compose'>(({ payload, attempts }) => recordings.compose(payload.id, attempts));
export const sweepRecordingsProcessor = (recordings: Recordings) => outside<'recordings.sweep'>(() => recordings.sweep());
