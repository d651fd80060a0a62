/** Lists of medical records, and what they said before. */
import { Op, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { note, reachPatient, readableRecord, type RecordParts } from './access.ts';
import type { RecordRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { contentOf, headsOf, namesOf, versionViewOf } from './view.ts';

export interface RecordReading {
  /** Newest first, without content. @throws {ApiError} `not_found` when the caller may not know of the patient's records */
  list(caller: Caller, query: z.infer<typeof schemas.recordQuery>): Promise<z.infer<typeof schemas.recordList>>;
  /** Newest first. */
  versions(caller: Caller, id: string): Promise<z.infer<typeof schemas.versionList>>;
  version(caller: Caller, id: string, version: number): Promise<z.infer<typeof schemas.fullVersionView>>;
}

export function createReading(database: Database, parts: RecordParts): RecordReading {
  const { models, transaction } = database;
  const { vault, audit } = parts;

  return {
    list: (caller, query) =>
      transaction(async () => {
        const patientId = query.patientId ?? caller.userId;
        await reachPatient(parts, caller, patientId);
        const where = conditionOf(patientId, query);
        const { rows, count } = await models.medicalRecords.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
        await audit.medical(caller, 'read', { patientId, objectType: 'medical_records', objectId: patientId });
        const { page, pageSize } = query;
        return { items: await headsOf(database, rows), pagination: { page, pageSize, total: count } };
      }),

    versions: (caller, id) =>
      transaction(async () => {
        const row = await readableRecord(database, parts, caller, id);
        const versions = await models.medicalRecordVersions.findAll({ where: { recordId: id }, order: [['version', 'DESC']] });
        await note(parts, caller, 'read', row);
        const person = await namesOf(
          database,
          versions.map(({ authorUserId }) => authorUserId),
        );
        return { items: versions.map((version) => versionViewOf(vault, version, person)) };
      }),

    version: (caller, id, version) =>
      transaction(async () => {
        const row = await readableRecord(database, parts, caller, id);
        const found = await models.medicalRecordVersions.findOne({ where: { recordId: id, version } });
        if (!found) throw new ApiError('not_found');
        await note(parts, caller, 'read', row);
        const person = await namesOf(database, [found.authorUserId]);
        return { ...versionViewOf(vault, found, person), content: contentOf(vault, found) };
      }),
  };
}

function conditionOf(
  patientUserId: string,
  { profileId, consultationId, kind, from, to }: z.infer<typeof schemas.recordQuery>,
): WhereOptions<RecordRow> {
  const period = { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) };
  return {
    patientUserId,
    ...(profileId && { profileId }),
    ...(consultationId && { consultationId }),
    ...(kind && { kind }),
    ...((from ?? to) && { visitedAt: period }),
  };
}
