/** Recordings over REST: who sees them, hands them out and deletes them. What happens while they are open is the room's. */
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Files } from '#src/files/service.ts';
import type { Foundation } from '#src/foundation.ts';
import type { MemberRow } from '#src/members/model.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { endOf } from '#src/privacy/terms.ts';
import { type ComposingParts, createComposing } from './composing.ts';
import { endForgotten, endRecordings } from './ending.ts';
import type { RecordingRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { discardLeft } from './unnamed.ts';

type View = z.infer<typeof schemas.recordingView>;
type Detail = z.infer<typeof schemas.recordingDetail>;

/** A recording of a visit that is none of the caller's is `not_found`. */
export interface Recordings {
  /** Those of a visit, latest first. @throws {ApiError} `not_found`, `forbidden` */
  list(
    caller: Caller,
    consultationId: string,
    query: z.infer<typeof schemas.recordingQuery>,
  ): Promise<z.infer<typeof schemas.recordingList>>;
  /** @throws {ApiError} `not_found` */
  get(caller: Caller, id: string): Promise<Detail>;
  /** An address of the film; asking for it is an access to the patient's data. @throws {ApiError} `not_found`, `wrong_state` without a film */
  link(caller: Caller, id: string): Promise<z.infer<typeof schemas.recordingLink>>;
  /**
   * Takes film and pieces away; what was said to it stays. By the practitioner of the visit, once it need not be kept any more.
   * @throws {ApiError} `not_found`, `forbidden`, `wrong_state` while it is open or being made, `too_early` with `keptUntil`
   */
  remove(caller: Caller, id: string): Promise<Detail>;
  /** Tries again to make a film that could not be made. @throws {ApiError} `not_found`, `forbidden`, `wrong_state` */
  retry(caller: Caller, id: string): Promise<Detail>;
  /** Does a `recording.compose` row. @param attempts tries before this one */
  compose(id: string, attempts: number): Promise<void>;
  /** Ends what a room left open that nobody opened again; takes away contents that no recording names. */
  sweep(): Promise<void>;
}

export interface RecordingParts extends ComposingParts, Pick<Foundation, 'audit' | 'outbox'> {
  files: ComposingParts['files'] & Pick<Files, 'urls' | 'relate'>;
  visits: { listen(events: { started(id: string): Promise<void>; ended(id: string): Promise<void> }): void };
}

export function createRecordings(parts: RecordingParts): Recordings {
  const { database, files, outbox, visits } = parts;
  visits.listen({
    started: async () => undefined,
    ended: async (id) => void (await endRecordings(database, outbox, { openKey: id }, 'ended')),
  });
  relate(database, files);
  return {
    ...createReading(parts),
    ...createChanging(parts),
    compose: createComposing(parts),
    async sweep() {
      await endForgotten(database, outbox);
      await discardLeft(database, files);
    },
  };
}

/** Notes an access in the chain of the patient, inside the transaction of the access. */
const noteTo =
  ({ audit }: Pick<RecordingParts, 'audit'>) =>
  (caller: Caller, action: 'read' | 'delete' | 'update', { visit, row }: Reach): Promise<void> => {
    const patientId = visit.find(({ role }) => role === 'patient')?.userId;
    return patientId ? audit.medical(caller, action, { patientId, objectType: 'recording', objectId: row.id }) : Promise.resolve();
  };

function createReading(parts: RecordingParts): Pick<Recordings, 'list' | 'get' | 'link'> {
  const { database, files } = parts;
  const { models, transaction } = database;
  const note = noteTo(parts);

  return {
    get: async (caller, id) => detailOf(database, await reach(database, caller, id)),

    async list(caller, consultationId, query) {
      const visit = await models.members.findAll({ where: { consultationId } });
      if (visit.length === 0) throw new ApiError('not_found');
      if (mine(caller, visit) === undefined) throw new ApiError('forbidden');
      const order: [string, string][] = [
        ['askedAt', 'DESC'],
        ['id', 'DESC'],
      ];
      const { rows, count } = await models.recordings.findAndCountAll({ where: { consultationId }, order, ...slice(query) });
      const items = await Promise.all(rows.map((row) => viewOf(database, { row, visit })));
      return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    link: (caller, id) =>
      transaction(async () => {
        const found = await reach(database, caller, id);
        const { fileId } = found.row;
        const url = fileId && (await files.urls([fileId])).get(fileId);
        if (!url) throw new ApiError('wrong_state');
        // With it or not at all.
        await note(caller, 'read', found);
        return { url, mime: 'video/mp4' };
      }),
  };
}

function createChanging(parts: RecordingParts): Pick<Recordings, 'remove' | 'retry'> {
  const { database, files, outbox } = parts;
  const { models, transaction } = database;
  const note = noteTo(parts);
  const get = async (caller: Caller, id: string): Promise<Detail> => detailOf(database, await reach(database, caller, id));
  const led = async (caller: Caller, id: string): Promise<Reach> => {
    const found = await reach(database, caller, id);
    if (found.role !== 'practitioner' && !caller.can('recordings:manage')) throw new ApiError('forbidden');
    return found;
  };

  return {
    async remove(caller, id) {
      await transaction(async () => {
        const found = await led(caller, id);
        const { row } = found;
        if (!['ready', 'empty', 'failed'].includes(row.state)) throw new ApiError('wrong_state');
        const until = keptUntil(row);
        if (until && until.getTime() > Date.now()) throw new ApiError('too_early', { details: [{ keptUntil: until.toISOString() }] });
        const gone = { state: 'deleted' as const, fileId: null, deletedAt: new Date(), deletedBy: caller.userId };
        const contents = await contentsOf(database, row);
        const [changed] = await models.recordings.update(gone, { where: { id, state: row.state } });
        if (changed === 0) throw new ApiError('wrong_state');
        await models.recordingSegments.update({ fileId: null }, { where: { recordingId: id } });
        await files.discard(contents);
        await note(caller, 'delete', found);
      });
      return get(caller, id);
    },

    async retry(caller, id) {
      await transaction(async () => {
        const found = await led(caller, id);
        const again = { state: 'composing' as const, progress: 0, fault: null };
        const [changed] = await models.recordings.update(again, { where: { id, state: 'failed' } });
        if (changed === 0) throw new ApiError('wrong_state');
        await outbox.append('recording.compose', { id });
        await note(caller, 'update', found);
      });
      return get(caller, id);
    },
  };
}

/**
 * Contents are handed out by links of their recording and in no other way, and are deleted with it. Also those that no recording names
 * yet, or ever will: nothing would note who saw them.
 */
function relate({ models }: Database, files: Pick<Files, 'relate'>): void {
  const holds = async (fileId: string): Promise<boolean> =>
    (await models.files.count({ where: { id: fileId, category: 'recording' } })) > 0;
  files.relate({ name: 'recording', mayRead: async (_caller, fileId) => ((await holds(fileId)) ? false : undefined), holds });
}

interface Reach {
  row: RecordingRow;
  /** Everybody of the visit. */
  visit: MemberRow[];
  /** The caller's; null for the clinic's administration. */
  role: MemberRow['role'] | null;
}

/** Practitioner and patient of a visit see its recordings; guests and observers do not: undefined. Null: administration. */
function mine(caller: Caller, visit: readonly MemberRow[]): MemberRow['role'] | null | undefined {
  const own = visit.find(({ userId, removedAt }) => userId === caller.userId && removedAt === null)?.role;
  if (own === 'practitioner' || own === 'patient') return own;
  return caller.can('recordings:manage') ? null : undefined;
}

async function reach({ models }: Database, caller: Caller, id: string): Promise<Reach> {
  const row = await models.recordings.findByPk(id);
  if (!row) throw new ApiError('not_found');
  const visit = await models.members.findAll({ where: { consultationId: row.consultationId } });
  const role = mine(caller, visit);
  if (role === undefined) throw new ApiError('not_found');
  return { row, visit, role };
}

/** Sound and pictures of a visit are part of its process, which the law wants kept. Null while it is open: nothing is there to delete. */
const keptUntil = ({ startedAt, endedAt }: RecordingRow): Date | null => (startedAt && endedAt ? endOf('visit-process', endedAt) : null);

async function contentsOf({ models }: Database, { id, fileId }: RecordingRow): Promise<string[]> {
  const pieces = await models.recordingSegments.findAll({ where: { recordingId: id }, attributes: ['fileId'] });
  return [fileId, ...pieces.map((piece) => piece.fileId)].filter((each) => each !== null);
}

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

async function viewOf({ models }: Database, { row, visit }: Pick<Reach, 'row' | 'visit'>): Promise<View> {
  const { id, consultationId, state, progress, durationMs, fileId } = row;
  const film = fileId === null ? null : await models.files.findByPk(fileId, { attributes: ['bytes'] });
  return {
    ...{ id, consultationId, state, progress },
    askedBy: visit.find((member) => member.id === row.askedBy)?.name ?? '',
    askedAt: row.askedAt.toISOString(),
    ...{ startedAt: iso(row.startedAt), endedAt: iso(row.endedAt), endReason: row.endReason ?? null },
    durationSeconds: durationMs === null || durationMs === undefined ? null : Math.round(durationMs / 1_000),
    bytes: film ? Number(film.bytes) : null,
    ...{ keptUntil: iso(keptUntil(row)), deletedAt: iso(row.deletedAt) },
  };
}

async function detailOf(database: Database, { row, visit }: Reach): Promise<Detail> {
  const { models } = database;
  const said = await models.recordingConsents.findAll({ where: { recordingId: row.id }, order: ['id'] });
  const consents = said.flatMap(({ memberId, decision, createdAt }) => {
    const member = visit.find(({ id }) => id === memberId);
    return member ? [{ name: member.name, role: member.role, decision, at: createdAt.toISOString() }] : [];
  });
  const pieces = await models.recordingSegments.count({ where: { recordingId: row.id } });
  return { ...(await viewOf(database, { row, visit })), consents, pieces };
}
