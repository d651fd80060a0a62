/** Seeing who is in hospital: own patients, or everybody for those who may. */
import { literal, Op, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { CareRelations } from '#src/patients/care-relations.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { AdmissionRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { admissionViewOf, headsOf } from './view.ts';

export interface AdmissionReading {
  /** Newest first, without reasons. */
  list(caller: Caller, query: z.infer<typeof schemas.admissionQuery>): Promise<z.infer<typeof schemas.admissionList>>;
  /** To the patient, too. */
  get(caller: Caller, id: string): Promise<z.infer<typeof schemas.admissionView>>;
  /** Oldest first. */
  history(caller: Caller, id: string): Promise<z.infer<typeof schemas.admissionLog>>;
}

export interface ReadingParts {
  vault: Vault;
  audit: Pick<Audit, 'medical'>;
  care: CareRelations;
}

export function createReading(database: Database, { vault, audit, care }: ReadingParts): AdmissionReading {
  const { models, sequelize, transaction } = database;

  /** An admission that the caller may see, put on record. */
  const read = <T>(caller: Caller, id: string, work: (row: AdmissionRow) => Promise<T>): Promise<T> =>
    transaction(async () => {
      const row = await models.admissions.findByPk(id);
      if (!row || !(await care.reach(caller, row.patientUserId, 'inpatients:manage', 'patients:read-all'))) throw new ApiError('not_found');
      await audit.medical(caller, 'read', { patientId: row.patientUserId, objectType: 'admission', objectId: id });
      return work(row);
    });

  function conditions(caller: Caller, { state, wardId, patientId, attendingId }: z.infer<typeof schemas.admissionQuery>): WhereOptions[] {
    const mine = care.patientsOf.replaceAll(':practitioner', sequelize.escape(caller.userId));
    return [
      ...(state ? [{ state }] : []),
      ...(patientId ? [{ patientUserId: patientId }] : []),
      ...(attendingId ? [{ attendingId }] : []),
      ...(wardId ? [{ bedId: { [Op.in]: literal(`(SELECT id FROM beds WHERE ward_id = ${sequelize.escape(wardId)})`) } }] : []),
      ...(caller.can('patients:read-all') ? [] : [{ patientUserId: { [Op.in]: literal(`(${mine})`) } }]),
    ];
  }

  return {
    async list(caller, query) {
      const where = { [Op.and]: conditions(caller, query) };
      const { rows, count } = await models.admissions.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
      return { items: await headsOf(database, rows), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    get: (caller, id) => read(caller, id, (row) => admissionViewOf(database, vault, row)),

    history: (caller, id) =>
      read(caller, id, async () => {
        const rows = await models.admissionLog.findAll({ where: { admissionId: id }, order: ['id'] });
        return {
          items: rows.map(({ action, bedId, attendingId, actorId, createdAt }) => ({
            ...{ action, bedId, attendingId, actorId },
            at: createdAt.toISOString(),
          })),
        };
      }),
  };
}
