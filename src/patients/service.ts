/** Patients as their practitioners see them: who they are, and what happened to them. */
import { col, fn, literal, Op, where as compare, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import { localPhone } from '#src/auth/phones.ts';
import { maskIdNumber, maskPhone } from '#src/crypto/masks.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { idNumberColumn, phoneColumn, type ProfileRow } from '#src/profiles/model.ts';
import type { CareRelations, Reach } from './care-relations.ts';
import type * as schemas from './schemas.ts';
import type { Timeline } from './timeline.ts';

/** Methods on one patient throw `ApiError` `not_found` for people who are not the caller and not their patients. */
export interface Patients {
  /** The caller's patients by name; everybody with the role of patients for those who may. */
  list(caller: Caller, query: z.infer<typeof schemas.patientQuery>): Promise<z.infer<typeof schemas.patientList>>;
  get(caller: Caller, userId: string): Promise<z.infer<typeof schemas.patientView>>;
  timeline(caller: Caller, userId: string, query: z.infer<typeof schemas.timelineQuery>): Promise<z.infer<typeof schemas.timeline>>;
  /** They share an appointment, a visit that began, a record or a stay in hospital. */
  isPatientOf(practitionerUserId: string, patientUserId: string): Promise<boolean>;
}

export interface PatientParts {
  vault: Vault;
  audit: Pick<Audit, 'medical'>;
  care: CareRelations;
  timeline: Timeline;
}

export function createPatients(database: Database, { vault, audit, care, timeline }: PatientParts): Patients {
  const { models, sequelize, transaction } = database;

  /** Runs `work` when the caller may, and puts it on record. */
  const read = <T>(caller: Caller, patientId: string, objectType: string, work: (reach: Reach) => Promise<T>): Promise<T> =>
    transaction(async () => {
      const reach = await care.reach(caller, patientId, 'patients:read', 'patients:read-all');
      if (!reach) throw new ApiError('not_found');
      await audit.medical(caller, 'read', { patientId, objectType, objectId: patientId });
      return work(reach);
    });

  function mine(caller: Caller): WhereOptions {
    const all = "SELECT user_id FROM user_roles WHERE role_key = 'patient'";
    const own = care.patientsOf.replaceAll(':practitioner', sequelize.escape(caller.userId));
    return { id: { [Op.in]: literal(`(${caller.can('patients:read-all') ? all : own})`) } };
  }

  return {
    isPatientOf: care.isPatientOf,

    async list(caller, query) {
      const conditions = [mine(caller)];
      if (query.keyword) conditions.push(compare(fn('INSTR', fn('LOWER', col('name')), query.keyword.toLowerCase()), Op.gt, 0));
      const { rows, count } = await models.users.findAndCountAll({
        where: { [Op.and]: conditions },
        attributes: ['id', 'name'],
        order: orderOf(query.sort),
        ...slice(query),
      });
      const profiles = await selfProfiles(
        database,
        rows.map(({ id }) => id),
      );
      const items = rows.map(({ id, name }) => headOf(id, name, profiles.get(id)));
      return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    get: (caller, userId) =>
      read(caller, userId, 'patient', async (reach) => {
        const user = await models.users.findByPk(userId, { attributes: ['id', 'name'] });
        if (!user) throw new ApiError('not_found');
        const profiles = await models.visitProfiles.findAll({ where: { userId, deletedAt: null }, order: ['id'] });
        const self = profiles.find(({ relationship }) => relationship === 'self');
        return {
          ...headOf(userId, user.name, self),
          ...identityOf(vault, self, reach === 'self' || caller.can('users:unmask')),
          profiles: profiles.map(({ id, name, relationship }) => ({ id, name, relationship })),
          counts: await timeline.counts(userId, reach !== 'care'),
        };
      }),

    timeline: (caller, userId, query) => read(caller, userId, 'timeline', (reach) => timeline.read(userId, query, reach !== 'care')),
  };
}

type Self = Pick<ProfileRow, 'id' | 'sex' | 'birthDate' | 'idNumberSealed' | 'phoneSealed'> | undefined;

const headOf = (id: string, name: string, self: Self) => ({ id, name, sex: self?.sex ?? 'unknown', birthDate: self?.birthDate ?? null });

function identityOf(vault: Vault, self: Self, full: boolean): { idNumber: string | null; phone: string | null } {
  const idNumber = self?.idNumberSealed ? vault.open(idNumberColumn, self.id, self.idNumberSealed) : null;
  const phone = self?.phoneSealed ? localPhone(vault.open(phoneColumn, self.id, self.phoneSealed)) : null;
  if (full) return { idNumber, phone };
  return { idNumber: idNumber && maskIdNumber(idNumber), phone: phone && maskPhone(phone) };
}

/** The profile of each user that is about themselves. */
async function selfProfiles({ models }: Database, userIds: readonly string[]): Promise<ReadonlyMap<string, ProfileRow>> {
  const where = { userId: [...userIds], relationship: 'self' as const, deletedAt: null };
  const rows = await models.visitProfiles.findAll({ where, order: [['id', 'DESC']] });
  return new Map(rows.map((row) => [row.userId, row]));
}
