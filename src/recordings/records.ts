/**
 * Recordings as rooms write them: who consented to what and when, and each piece with its place on the clock. Every write compares the
 * room's epoch: a node that lost the room stores neither a consent nor a picture.
 */
import { createReadStream } from 'node:fs';
import { QueryTypes, UniqueConstraintError } from 'sequelize';
import { v7 as uuid } from 'uuid';
import { RoomError } from '#rooms/errors.ts';
import type { OpenRecording, RecordingRecords, RecordingSegment } from '#rooms/ports.ts';
import { changeOpenVisit } from '#src/consultations/policy.ts';
import type { Database } from '#src/database/database.ts';
import type { Files } from '#src/files/service.ts';
import type { Content } from '#src/files/streams.ts';
import type { Foundation } from '#src/foundation.ts';
import { composeNow, endRecordings } from './ending.ts';
import type { Decision, RecordingRow, RecordingState } from './model.ts';
import { discardUnnamed } from './unnamed.ts';

interface RecordsParts extends Pick<Foundation, 'database' | 'access' | 'settings' | 'outbox' | 'audit'> {
  files: Pick<Files, 'store' | 'discard'>;
}

export function createRecordingRecords(parts: RecordsParts): RecordingRecords {
  const { database, outbox } = parts;
  const { models, transaction } = database;
  const { recordings } = models;

  const note = (recordingId: string, memberId: string, decision: Decision, roomEpoch: number) =>
    models.recordingConsents.create({ recordingId, memberId, decision, roomEpoch });

  /** Checks the epoch and that the recording is open. */
  async function open(consultationId: string, epoch: number, id: string): Promise<RecordingRow> {
    await changeOpenVisit(database, consultationId, epoch, {});
    const row = await recordings.findOne({ where: { id, openKey: consultationId } });
    if (!row) throw new RoomError('not_found');
    return row;
  }

  return {
    async current(consultationId) {
      const row = await recordings.findOne({ where: { openKey: consultationId } });
      return row && openViewOf(database, row);
    },

    ask: (consultationId, epoch, memberId) => ask(parts, consultationId, epoch, memberId),

    decided: (consultationId, epoch, id, memberId, consent) =>
      transaction(async () => {
        await open(consultationId, epoch, id);
        await note(id, memberId, consent ? 'consented' : 'refused', epoch);
      }),

    moved: (consultationId, epoch, id, state) =>
      transaction(async () => {
        const row = await open(consultationId, epoch, id);
        const clock = await readClock(database);
        const first = state === 'recording' && !row.startedAt;
        await row.update({ state, ...(first && { startedAt: clock.now }) });
        if (first) await noteMade(parts, row);
        return beginOf(row, clock);
      }),

    ended: (consultationId, epoch, id, { reason, withdrawnBy }) =>
      transaction(async () => {
        await open(consultationId, epoch, id);
        if (withdrawnBy !== null) await note(id, withdrawnBy, 'withdrawn', epoch);
        await endRecordings(database, outbox, { id }, reason);
      }),

    segment: (consultationId, epoch, id, segment) => keep(parts, { consultationId, epoch, id }, segment),
    complete: (consultationId, epoch, id) =>
      transaction(async () => {
        await lockVisit(database, consultationId, epoch);
        await composeNow(outbox, id);
      }),
  };
}

async function ask(parts: RecordsParts, consultationId: string, epoch: number, memberId: string): Promise<OpenRecording> {
  const { database } = parts;
  const { models, transaction } = database;
  await mayRecord(parts, consultationId, memberId);
  return transaction(async () => {
    await changeOpenVisit(database, consultationId, epoch, {});
    const values = { consultationId, askedBy: memberId, openKey: consultationId, askedAt: new Date(), progress: 0 };
    const row = await once(() => models.recordings.create({ id: uuid(), state: 'asked', ...values }));
    await models.recordingConsents.create({ recordingId: row.id, memberId, decision: 'consented', roomEpoch: epoch });
    return openViewOf(database, row);
  });
}

/** @throws {RoomError} `recording_disabled`, `forbidden` */
async function mayRecord({ database, access, settings }: RecordsParts, consultationId: string, memberId: string): Promise<void> {
  if (!settings.get('recordings.enabled')) throw new RoomError('recording_disabled');
  const member = await database.models.members.findOne({ where: { id: memberId, consultationId, removedAt: null } });
  const rights = member?.userId ? await access.of(member.userId) : null;
  if (!rights?.active || !rights.can('recordings:make')) throw new RoomError('forbidden');
}

/** One of a visit at a time. @throws {RoomError} `already_recording` */
async function once<T>(create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof UniqueConstraintError) throw new RoomError('already_recording', undefined, { cause: error });
    throw error;
  }
}

async function openViewOf(database: Database, row: RecordingRow): Promise<OpenRecording> {
  const { models } = database;
  const { id, askedBy, askedAt, startedAt, state } = row;
  const begin = beginOf(row, startedAt ? await readClock(database) : null);
  const asker = await models.members.findByPk(askedBy, { attributes: ['name'] });
  const said = await models.recordingConsents.findAll({ where: { recordingId: id }, order: ['id'] });
  const last = new Map(said.map(({ memberId, decision }) => [memberId, decision === 'consented']));
  return {
    id,
    askedBy: { memberId: askedBy, name: asker?.name ?? '' },
    askedAt: askedAt.getTime(),
    ...begin,
    state: state as OpenRecording['state'],
    decisions: [...last].map(([memberId, consent]) => ({ memberId, consent })),
  };
}

/** One moment on two clocks: of the database, and of this process (`performance.now()`). */
interface Clock {
  now: Date;
  here: number;
}

/** The database has the one clock that every node can read: those of the nodes may be minutes apart. */
async function readClock({ sequelize, dialect }: Database): Promise<Clock> {
  const expression = dialect === 'mysql' ? "DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f')" : "strftime('%Y-%m-%dT%H:%M:%f', 'now')";
  const asked = performance.now();
  const [row] = await sequelize.query<{ now: string }>(`SELECT ${expression} AS now`, { type: QueryTypes.SELECT });
  const here = (asked + performance.now()) / 2;
  // Microseconds of MySQL are more than a date holds.
  return { now: new Date(`${row?.now.slice(0, 23)}Z`), here };
}

function beginOf({ startedAt }: Pick<RecordingRow, 'startedAt'>, clock: Clock | null): Pick<OpenRecording, 'startedAt' | 'zero'> {
  if (!startedAt || !clock) return { startedAt: startedAt?.getTime() ?? null, zero: null };
  return { startedAt: startedAt.getTime(), zero: clock.here - (clock.now.getTime() - startedAt.getTime()) };
}

/** In the chain of the patient: from now on there is a recording. */
async function noteMade({ database, audit }: RecordsParts, { id, consultationId, askedBy }: RecordingRow): Promise<void> {
  const people = await database.models.members.findAll({ where: { consultationId } });
  const asker = people.find((member) => member.id === askedBy)?.userId;
  const patient = people.find(({ role }) => role === 'patient')?.userId;
  if (!asker || !patient) return;
  await audit.medical({ userId: asker, requestId: id, ip: '' }, 'create', { patientId: patient, objectType: 'recording', objectId: id });
}

/** While a recording may get more pieces. */
const TAKING: RecordingState[] = ['asked', 'recording', 'paused', 'composing'];

interface Place {
  consultationId: string;
  epoch: number;
  id: string;
}

/** Of a visit that may be over by now. @throws {RoomError} `stale_epoch` */
async function lockVisit({ models }: Database, id: string, roomEpoch: number): Promise<void> {
  const visit = await models.consultations.findOne({ where: { id, roomEpoch }, attributes: ['id'], lock: true });
  if (!visit) throw new RoomError('stale_epoch');
}

/** The content first, then the row that names it; a content that no row names is taken away again. */
async function keep(parts: RecordsParts, { consultationId, epoch, id }: Place, segment: RecordingSegment): Promise<void> {
  const { database, files } = parts;
  const { models, transaction } = database;
  const mine = { id: consultationId, roomEpoch: epoch };
  const { path, id: segmentId, ...rest } = segment;
  if ((await models.consultations.count({ where: mine })) === 0) throw new RoomError('stale_epoch');
  const content = createReadStream(path) as Content;
  const { id: fileId } = await files.store({ ownerId: null, category: 'recording', name: `${rest.source}-${rest.offsetMs}`, content });
  try {
    await transaction(async () => {
      await lockVisit(database, consultationId, epoch);
      // Locked: a film that is done at the same moment either has this piece or refuses it.
      const made = await models.recordings.findOne({ where: { id, consultationId, state: TAKING }, lock: true });
      if (!made?.startedAt) throw new RoomError('not_found');
      await models.recordingSegments.create({ id: segmentId, recordingId: id, ...rest, fileId, roomEpoch: epoch });
    });
  } catch (error) {
    await discardUnnamed(database, files, [fileId]);
    // A try of before that took too long to be waited for has stored it after all.
    if (!(error instanceof UniqueConstraintError)) throw error;
  }
}
