/**
 * Captures what the ORM changes (CFG-09): table, rows and columns, never values. Collected while a transaction runs and written
 * as one statement just before its commit, so that the log holds exactly what was committed.
 */
import type { Model, Sequelize } from 'sequelize';
import { currentActor } from './actor.ts';

export interface Captured {
  tableName: string;
  action: 'insert' | 'update' | 'delete';
  rowIds: string;
  fields: string;
  actorId: string | null;
  requestId: string | null;
  createdAt: Date;
}

/** Logs themselves, technical tables, and chat, whose rows are never changed. */
const NOT_CAPTURED = new Set([
  ...['change_log', 'operation_log', 'security_log', 'medical_audit', 'medical_audit_heads'],
  ...[
    'outbox',
    'signals',
    'locks',
    'idempotency_keys',
    'room_snapshots',
    'chat_messages',
    'known_permissions',
    'search_terms',
    'deliveries',
  ],
]);
const MAX_IDS = 200;

/** Options of Sequelize's hooks for statements over many rows. */
interface BulkOptions {
  model?: { getTableName(): unknown; primaryKeyAttributes: readonly string[] };
  where?: Record<string, unknown>;
  fields?: string[];
  attributes?: Record<string, unknown>;
}

/** @param collect gets each change; it knows the transaction */
export function captureChanges(sequelize: Sequelize, collect: (change: Captured) => void): void {
  function note(tableName: unknown, action: Captured['action'], rowIds: string[], fields: readonly string[]): void {
    const table = String(tableName);
    if (NOT_CAPTURED.has(table)) return;
    const { userId, requestId } = currentActor();
    const ids = JSON.stringify(rowIds.slice(0, MAX_IDS));
    collect({ tableName: table, action, rowIds: ids, fields: JSON.stringify(fields), actorId: userId, requestId, createdAt: new Date() });
  }
  const noteOne = (action: Captured['action']) => (row: Model) => {
    const fields = action === 'delete' ? [] : Object.keys(row.get({ plain: true }) as object);
    note(modelOf(row).getTableName(), action, [idOf(row)], fields);
  };

  sequelize.addHook('afterCreate', noteOne('insert'));
  sequelize.addHook('afterUpdate', (row, options) =>
    note(modelOf(row).getTableName(), 'update', [idOf(row)], fieldsOf(options as BulkOptions)),
  );
  sequelize.addHook('afterDestroy', noteOne('delete'));
  sequelize.addHook('afterBulkCreate', (rows) => {
    const [first] = rows as Model[];
    if (first)
      note(modelOf(first).getTableName(), 'insert', (rows as Model[]).map(idOf), Object.keys(first.get({ plain: true }) as object));
  });
  sequelize.addHook('afterBulkUpdate', (options) => noteMany('update', options as BulkOptions));
  sequelize.addHook('afterBulkDestroy', (options) => noteMany('delete', options as BulkOptions));

  function noteMany(action: Captured['action'], options: BulkOptions): void {
    if (!options.model) return;
    note(options.model.getTableName(), action, keysOf(options), action === 'delete' ? [] : fieldsOf(options));
  }
}

const modelOf = (row: Model) => row.constructor as typeof Model;

function idOf(row: Model): string {
  const keys = modelOf(row).primaryKeyAttributes;
  return keys.map((key) => String(row.getDataValue(key as never))).join('/');
}

const fieldsOf = ({ fields, attributes }: BulkOptions): string[] => fields ?? Object.keys(attributes ?? {});

/** Primary keys that a statement named; else the columns of its condition, with a question mark for their values. */
function keysOf({ model, where = {} }: BulkOptions): string[] {
  const keys = (model?.primaryKeyAttributes ?? []).map((key) => where[key]);
  if (keys.length > 0 && keys.every((value) => typeof value === 'string' || typeof value === 'number')) return [keys.join('/')];
  const [only] = keys;
  if (keys.length === 1 && Array.isArray(only)) return only.map(String);
  return Object.keys(where).map((column) => `${column}=?`);
}
