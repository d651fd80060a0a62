/** Reads the logs for administrators. */
import { Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { ageOrder, orderOf, slice } from '#src/plugins/fields.ts';
import type * as schemas from './schemas.ts';

export interface LogReaders {
  /** Accesses to medical data, of one patient or by one person. @throws {ApiError} `invalid_request` without either */
  medicalLog(query: z.infer<typeof schemas.medicalQuery>): Promise<z.infer<typeof schemas.medicalList>>;
  operationLog(query: z.infer<typeof schemas.operationQuery>): Promise<z.infer<typeof schemas.operationList>>;
  changeLog(query: z.infer<typeof schemas.changeQuery>): Promise<z.infer<typeof schemas.changeList>>;
  securityLog(query: z.infer<typeof schemas.securityQuery>): Promise<z.infer<typeof schemas.securityList>>;
}

export function createLogReaders(database: Database): LogReaders {
  return { ...createAccessReaders(database), ...createEventReaders(database) };
}

const list = <T>(rows: T[], total: number, { page, pageSize }: { page: number; pageSize: number }) => ({
  items: rows,
  pagination: { page, pageSize, total },
});
function createAccessReaders({ models }: Database): Pick<LogReaders, 'medicalLog' | 'operationLog'> {
  return {
    async medicalLog(query) {
      const { patientId, actorId, action } = query;
      if (!patientId && !actorId)
        throw new ApiError('invalid_request', { details: [{ field: 'query.patientId', message: 'patientId or actorId is needed' }] });
      const where = { ...given({ patientId, actorId, action }), ...within(query) };
      const { rows, count } = await models.medicalAudit.findAndCountAll({
        where,
        order: orderOf(query.sort, 'seq'),
        ...slice(query),
      });
      return list(
        rows.map((row) => ({ ...row.get(), createdAt: row.createdAt.toISOString() })),
        count,
        query,
      );
    },
    async operationLog(query) {
      const { userId, method, objectId } = query;
      const route = query.route ? { route: { [Op.like]: `%${query.route.replaceAll(/[%_\\]/g, '')}%` } } : {};
      const where = { ...given({ userId, method, objectId }), ...route, ...within(query) };
      const { rows, count } = await models.operations.findAndCountAll({ where, order: ageOrder(query.sort), ...slice(query) });
      return list(
        rows.map((row) => ({ ...row.get(), id: String(row.id), createdAt: row.createdAt.toISOString() })),
        count,
        query,
      );
    },
  };
}

function createEventReaders({ models }: Database): Pick<LogReaders, 'changeLog' | 'securityLog'> {
  return {
    async changeLog(query) {
      const where = { ...given({ tableName: query.table, actorId: query.actorId, action: query.action }), ...within(query) };
      const { rows, count } = await models.changes.findAndCountAll({ where, order: ageOrder(query.sort), ...slice(query) });
      const view = rows.map(({ id, tableName, action, rowIds, fields, actorId, requestId, createdAt }) => ({
        id: String(id),
        table: tableName,
        action,
        rowIds: JSON.parse(rowIds) as string[],
        fields: JSON.parse(fields) as string[],
        actorId,
        requestId,
        createdAt: createdAt.toISOString(),
      }));
      return list(view, count, query);
    },
    async securityLog(query) {
      const where = { ...given({ kind: query.kind, userId: query.userId }), ...within(query) };
      const { rows, count } = await models.securityEvents.findAndCountAll({ where, order: ageOrder(query.sort), ...slice(query) });
      const view = rows.map((row) => ({
        ...row.get(),
        id: String(row.id),
        details: JSON.parse(row.details) as Record<string, unknown>,
        createdAt: row.createdAt.toISOString(),
      }));
      return list(view, count, query);
    },
  };
}

/** Conditions of the fields that were asked for. */
function given<T extends object>(fields: T): WhereAttributeHash {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function within({ from, to }: { from?: string | undefined; to?: string | undefined }): WhereAttributeHash {
  const bounds = { ...(from && { [Op.gte]: new Date(from) }), ...(to && { [Op.lt]: new Date(to) }) };
  return from || to ? { createdAt: bounds } : {};
}
