/** Makes the film of a recording that is over: a job that may be cut off at any point and begun again. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Files } from '#src/files/service.ts';
import type { Content } from '#src/files/streams.ts';
import type { Foundation } from '#src/foundation.ts';
import type { OpenPages } from '#src/notifications/ports.ts';
import { type FilmPiece, makeFilm } from './film.ts';
import type { RecordingRow, SegmentRow } from './model.ts';
import { discardUnnamed } from './unnamed.ts';

export interface ComposingParts extends Pick<Foundation, 'config' | 'database' | 'settings' | 'log'> {
  files: Pick<Files, 'store' | 'open' | 'discard'>;
  pages: OpenPages;
}

/** Tries after which a person has to look. */
const MAX_TRIES = 5;
const FILMS = 'films';
const MEGABYTE = 1_048_576;

/** @returns does a `recording.compose` row; idempotent. `attempts`: tries before this one */
export function createComposing(parts: ComposingParts): (id: string, attempts: number) => Promise<void> {
  const { database, log } = parts;
  /** One film at a time on a node: each keeps a core busy. */
  let last: Promise<unknown> | undefined;

  async function compose(id: string, attempts: number): Promise<void> {
    const row = await database.models.recordings.findOne({ where: { id, state: 'composing' } });
    if (!row) return;
    try {
      await make(parts, row);
    } catch (error) {
      if (attempts + 1 < MAX_TRIES) throw error;
      log.error({ err: error, recordingId: id }, 'no film can be made of a recording');
      await finish(parts, row, { state: 'failed', fault: 'ffmpeg_failed' });
    }
  }

  return (id, attempts) => {
    // Before the first: what a crash has left, in the clear.
    last ??= rm(path.join(parts.config.DATA_DIR, FILMS), { recursive: true, force: true });
    const mine = last.then(() => compose(id, attempts));
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function make(parts: ComposingParts, row: RecordingRow): Promise<void> {
  const { config, database, files, log } = parts;
  const segments = await database.models.recordingSegments.findAll({ where: { recordingId: row.id }, order: ['offsetMs', 'id'] });
  const there = segments.filter(({ fileId }) => fileId !== null);
  if (there.length === 0) return finish(parts, row, { state: 'empty', progress: 100 });
  await assertRoom(config);
  await makeFilm({
    ffmpeg: config.MEDIA_FFMPEG,
    folder: path.join(config.DATA_DIR, FILMS, randomUUID()),
    pieces: there.map((segment) => pieceOf(files, segment)),
    async onProgress(progress) {
      await assertRoom(config);
      await show(parts, row, progress);
    },
    async take(file, durationMs) {
      const content = createReadStream(file) as Content;
      const film = await files.store({ ownerId: null, category: 'recording', name: `${row.id}.mp4`, content });
      try {
        await finish(parts, row, { state: 'ready', progress: 100, fileId: film.id, durationMs }, there);
      } catch (error) {
        await discardUnnamed(database, files, [film.id]).catch((fault: unknown) => log.warn({ err: fault }, 'a film is left to the sweep'));
        throw error;
      }
    },
  });
}

/** A film can wait; the database and the calls, which may be on the same disk, cannot. @throws when it has no room for more */
async function assertRoom({ DATA_DIR, MEDIA_RECORDING_FREE_MB: least }: ComposingParts['config']): Promise<void> {
  const { bavail, bsize } = await statfs(DATA_DIR);
  if (bavail * bsize < least * MEGABYTE) throw new Error('the disk of DATA_DIR is too full for a film');
}

function pieceOf(files: Pick<Files, 'open'>, { memberId, source, kind, offsetMs, durationMs, fileId }: SegmentRow): FilmPiece {
  return {
    ...{ place: `${memberId} ${source}`, kind, offsetMs, durationMs },
    open: async () => (await files.open(fileId as string)).stream,
  };
}

async function show(parts: ComposingParts, { id, consultationId }: RecordingRow, progress: number): Promise<void> {
  const { models, transaction } = parts.database;
  await transaction(() => models.recordings.update({ progress }, { where: { id, state: 'composing' } }));
  await tell(parts, id, consultationId, 'composing', progress);
}

type Outcome = Partial<Pick<RecordingRow, 'progress' | 'fileId' | 'durationMs' | 'fault'>> & { state: 'ready' | 'empty' | 'failed' };

/** Whoever is first decides; a film that is not the first is thrown away. */
async function finish(parts: ComposingParts, row: RecordingRow, outcome: Outcome, pieces: readonly SegmentRow[] = []): Promise<void> {
  const { database, files, settings } = parts;
  const { models, transaction } = database;
  const first = await transaction(async () => {
    const [changed] = await models.recordings.update(outcome, { where: { id: row.id, state: 'composing' } });
    if (changed === 0) {
      if (outcome.fileId) await files.discard([outcome.fileId]);
      return false;
    }
    // The row is locked now: whoever keeps a piece has either done so or waits, and finds a recording that takes none.
    if (outcome.state !== 'failed') await refuseOthers(database, row.id, pieces);
    if (outcome.state === 'ready' && !settings.get('recordings.keepPieces')) await dropPieces(database, files, pieces);
    return true;
  });
  if (first) await tell(parts, row.id, row.consultationId, outcome.state, outcome.progress ?? row.progress);
}

/** @throws when there are pieces besides these: the job begins anew, with all of them */
async function refuseOthers({ models }: Database, recordingId: string, pieces: readonly SegmentRow[]): Promise<void> {
  const others = { [Op.notIn]: pieces.map(({ id }) => id) };
  const late = await models.recordingSegments.count({ where: { recordingId, id: others, fileId: { [Op.ne]: null } } });
  if (late > 0) throw new Error('pieces came while the film was made');
}

/** The film has all of it; the manifest stays. Inside the caller's transaction. */
async function dropPieces({ models }: Database, files: Pick<Files, 'discard'>, pieces: readonly SegmentRow[]): Promise<void> {
  await models.recordingSegments.update({ fileId: null }, { where: { id: pieces.map(({ id }) => id) } });
  await files.discard(pieces.flatMap(({ fileId }) => fileId ?? []));
}

/** Those who may see the film, wherever they are. */
async function tell(
  { database, pages }: ComposingParts,
  recordingId: string,
  consultationId: string,
  state: 'composing' | 'ready' | 'empty' | 'failed',
  progress: number,
): Promise<void> {
  const people = await database.models.members.findAll({ where: { consultationId, role: ['practitioner', 'patient'] } });
  for (const { userId } of people) {
    if (userId) pages.notify(userId, 'recording:progress', { recordingId, consultationId, state, progress });
  }
}
