/** In-memory versions of what a recording needs, with the rules of the database, and a recorder that notes whom it is told to record. */
import { RoomError } from '#rooms/errors.ts';
import type { OpenRecording, RecordingRecords } from '#rooms/ports.ts';
import type { RecordedSegment, Recorder, RecordingFault } from '#sfu/types.ts';
import type { MemoryWorld } from './memory-ports.ts';

interface MemoryRecording extends OpenRecording {
  consultationId: string;
  over: { reason: string; withdrawnBy: string | null } | null;
  complete: boolean;
}

export interface MemoryRecordings {
  records: RecordingRecords;
  recorder: Recorder;
  rows: MemoryRecording[];
  /** Everything that was stored, in order. */
  writes: string[];
  /** The peers that are recorded now. */
  followed(): readonly string[];
  /** Every change of that, in order, between the writes. */
  log: string[];
  /** Says as the recorder does that nothing can be kept, or that it can again. */
  fault(fault: RecordingFault | null): void;
  /** Hands a piece over as the recorder does. */
  piece(segment: RecordedSegment): Promise<boolean | undefined>;
  hooks: { beforeWrite?: (what: string) => Promise<void> | void; unavailable?: 'no_ffmpeg' | 'no_space' | 'busy' };
}

export function createMemoryRecordings(world: MemoryWorld): MemoryRecordings {
  const rows: MemoryRecording[] = [];
  const writes: string[] = [];
  const log: string[] = [];
  const hooks: MemoryRecordings['hooks'] = {};
  let followed: readonly string[] = [];
  let onSegment: ((segment: RecordedSegment) => Promise<boolean>) | undefined;
  let onFault: ((fault: RecordingFault | null) => void) | undefined;

  const guarded = async (consultationId: string, epoch: number, what: string): Promise<void> => {
    await hooks.beforeWrite?.(what);
    const visit = world.visits.get(consultationId);
    if (!visit) throw new RoomError('not_found');
    if (epoch < visit.epoch) throw new RoomError('stale_epoch');
    if (visit.endedAt !== null && !what.startsWith('segment')) throw new RoomError('visit_ended');
    writes.push(what);
    log.push(`stored ${what}`);
  };
  const open = (id: string): MemoryRecording => {
    const row = rows.find((each) => each.id === id && !each.over);
    if (!row) throw new RoomError('not_found');
    return row;
  };
  const say = (row: MemoryRecording, memberId: string, consent: boolean): void => {
    row.decisions = [...row.decisions.filter((said) => said.memberId !== memberId), { memberId, consent }];
  };

  const records: RecordingRecords = {
    async current(consultationId) {
      const row = rows.find((each) => each.consultationId === consultationId && !each.over);
      return row ? structuredClone(row) : null;
    },
    async ask(consultationId, epoch, memberId) {
      await guarded(consultationId, epoch, 'ask');
      if (rows.some((each) => each.consultationId === consultationId && !each.over)) throw new RoomError('already_recording');
      const name = world.visits.get(consultationId)?.members.get(memberId)?.name ?? '';
      const row: MemoryRecording = {
        ...{
          id: `recording-${rows.length + 1}`,
          consultationId,
          askedBy: { memberId, name },
          askedAt: Date.now(),
          startedAt: null,
          zero: null,
        },
        ...{ state: 'asked', decisions: [{ memberId, consent: true }], over: null, complete: false },
      };
      rows.push(row);
      return structuredClone(row);
    },
    async decided(consultationId, epoch, id, memberId, consent) {
      await guarded(consultationId, epoch, consent ? 'consent' : 'refusal');
      say(open(id), memberId, consent);
    },
    async moved(consultationId, epoch, id, state) {
      await guarded(consultationId, epoch, state);
      const row = open(id);
      row.state = state;
      if (state === 'recording') row.startedAt ??= Date.now();
      if (state === 'recording') row.zero ??= performance.now();
      return { startedAt: row.startedAt, zero: row.zero };
    },
    async ended(consultationId, epoch, id, end) {
      await guarded(consultationId, epoch, end.reason);
      const row = open(id);
      if (end.withdrawnBy) say(row, end.withdrawnBy, false);
      row.over = end;
    },
    async segment(consultationId, epoch, _id, { memberId, kind, offsetMs }) {
      await guarded(consultationId, epoch, `segment of ${memberId}: ${kind} at ${offsetMs < 60_000 ? 'the start' : offsetMs}`);
    },
    async complete(consultationId, epoch, id) {
      if (epoch < (world.visits.get(consultationId)?.epoch ?? 0)) throw new RoomError('stale_epoch');
      const row = rows.find((each) => each.id === id);
      if (row) row.complete = true;
    },
  };
  const follow = (peerIds: readonly string[]): void => {
    if (peerIds.join() === followed.join()) return;
    followed = [...peerIds];
    log.push(followed.length > 0 ? `records ${followed.length}` : 'records nobody');
  };
  const recorder: Recorder = {
    unavailable: async () => hooks.unavailable ?? null,
    open(options) {
      ({ onSegment, onFault } = options);
      const end = (): void => follow([]);
      return { use: () => undefined, follow, finish: async () => end(), discard: end };
    },
    figures: () => ({ tracks: followed.length, breaks: 0, lost: 0, faulty: 0 }),
    close: async () => undefined,
  };
  const [piece, fault] = [async (segment: RecordedSegment) => onSegment?.(segment), (said: RecordingFault | null) => onFault?.(said)];
  return { records, recorder, rows, writes, log, followed: () => followed, piece, fault, hooks };
}
