/** Documents and images of medical records, under the access rule of their record. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { note, ownRecord, readableRecord, type RecordParts } from './access.ts';
import type { CheckFile } from './ports.ts';
import type * as schemas from './schemas.ts';
import { attachmentsOf } from './view.ts';

type Attachment = z.infer<typeof schemas.attachmentView>;

/** Every method on a record throws `ApiError` `not_found`. */
export interface RecordAttachments {
  list(caller: Caller, recordId: string): Promise<z.infer<typeof schemas.attachmentList>>;
  /** By the record's author. @throws {ApiError} `forbidden`, `unknown_file`, `already_exists`, `limit_reached` */
  add(caller: Caller, recordId: string, attachment: z.infer<typeof schemas.newAttachment>): Promise<Attachment>;
  /** By the record's author; the file stays, as a record of what was there. @throws {ApiError} `forbidden` */
  remove(caller: Caller, recordId: string, id: string): Promise<void>;
  /**
   * Access rule of the file behind an attachment; who may read it has thereby read it. Inside the transaction that hands it out.
   * @returns undefined: the file is no attachment
   */
  mayRead(caller: Caller, fileId: string): Promise<boolean | undefined>;
  /** Whether a file is or was an attachment. */
  holds(fileId: string): Promise<boolean>;
}

const MAX_ATTACHMENTS = 50;
const violations = {
  unique: [{ index: 'medical_record_attachments_file_unique', column: 'file_id', code: 'already_exists' }],
} as const;

export function createRecordAttachments(database: Database, parts: RecordParts, checkFile: CheckFile): RecordAttachments {
  const { models, transaction } = database;

  return {
    list: (caller, recordId) =>
      transaction(async () => {
        const record = await readableRecord(database, parts, caller, recordId);
        await note(parts, caller, 'read', record);
        const rows = await models.medicalRecordAttachments.findAll({ where: { recordId, removedAt: null }, order: ['id'] });
        return { items: await attachmentsOf(database, rows) };
      }),

    add: (caller, recordId, { fileId, kind, name }) =>
      withViolations(violations, () =>
        transaction(async () => {
          const record = await ownRecord(database, parts, caller, recordId);
          await checkFile(fileId, caller.userId);
          await note(parts, caller, 'update', record);
          if ((await models.medicalRecordAttachments.count({ where: { recordId } })) >= MAX_ATTACHMENTS)
            throw new ApiError('limit_reached');
          const values = { id: uuid(), recordId, fileId, kind, name, addedBy: caller.userId };
          const row = await models.medicalRecordAttachments.create(values);
          return (await attachmentsOf(database, [row]))[0] as Attachment;
        }),
      ),

    remove: (caller, recordId, id) =>
      transaction(async () => {
        const record = await ownRecord(database, parts, caller, recordId);
        const where = { id, recordId, removedAt: null };
        const [changed] = await models.medicalRecordAttachments.update({ removedAt: new Date(), removedBy: caller.userId }, { where });
        if (changed === 0) throw new ApiError('not_found');
        await note(parts, caller, 'update', record);
      }),

    holds: async (fileId) => (await models.medicalRecordAttachments.count({ where: { fileId } })) > 0,

    mayRead: (caller, fileId) =>
      transaction(async () => {
        const row = await models.medicalRecordAttachments.findOne({ where: { fileId } });
        if (!row) return undefined;
        // What was taken off may have been somebody else's.
        if (row.removedAt && row.addedBy !== caller.userId) return false;
        const record = await models.medicalRecords.findByPk(row.recordId, { rejectOnEmpty: true });
        if (!(await parts.care.reach(caller, record.patientUserId, 'records:read', 'records:read-all'))) return false;
        await note(parts, caller, 'read', record);
        return true;
      }),
  };
}
