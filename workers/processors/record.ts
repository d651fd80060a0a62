/** Makes films of recordings, and ends those that were left open. */
import type { Recordings } from '#src/recordings/service.ts';
import { outside } from '../processor.ts';

export const composeProcessor = (recordings: Recordings) =>
  outside<'recording.compose'>(({ payload, attempts }) => recordings.compose(payload.id, attempts));
export const sweepRecordingsProcessor = (recordings: Recordings) => outside<'recordings.sweep'>(() => recordings.sweep());
