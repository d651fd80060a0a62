/**
 * Chat of visits in the database. Every call names the visit, by which the table can be divided; nothing outside of this folder reads
 * or writes it but what the law asks for (`src/privacy`). Numbers come from the room; unique indexes hold them and the senders' message ids.
 */
import { Op, QueryTypes, UniqueConstraintError } from 'sequelize';
import { RoomError } from '#rooms/errors.ts';
import type { ChatStore } from '#rooms/ports.ts';
import type { ChatMessage } from '#rooms/protocol.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database, Dialect } from '#src/database/database.ts';
import { messageText, type MessageRow } from './model.ts';

type Stored = { seq: number; sentAt: number };

export interface VisitChatStore extends ChatStore {
  /** Told of each visit in which messages were stored, after their commit. While modules are built. */
  onAppended(listener: (consultationId: string) => void): void;
}

export function createChatStore(database: Database, vault: Vault): VisitChatStore {
  const { models, transaction } = database;
  const listeners: ((consultationId: string) => void)[] = [];

  /** Stores messages unless the room has a newer owner. */
  async function guarded(id: string, epoch: number, store: () => Promise<Stored[]>): Promise<Stored[]> {
    const stored = await transaction(async () => {
      await holdEpoch(database, id, epoch);
      return store();
    });
    for (const listener of listeners) listener(id);
    return stored;
  }

  return {
    onAppended: (listener) => void listeners.push(listener),
    find: (consultationId, memberId, clientMessageId) => find(database, consultationId, memberId, clientMessageId),

    async append(consultationId, epoch, group) {
      try {
        return await guarded(consultationId, epoch, () => insert(database, vault, consultationId, group));
      } catch (error) {
        if (!(error instanceof UniqueConstraintError)) throw error;
      }
      try {
        return await guarded(consultationId, epoch, () => insertNew(database, vault, consultationId, group));
      } catch (error) {
        // A number that is taken by another message: this room counts from something older than the database.
        throw error instanceof UniqueConstraintError ? new RoomError('stale_epoch', undefined, { cause: error }) : error;
      }
    },

    async after(consultationId, afterSeq, limit) {
      const rows = await models.messages.findAll({ where: { consultationId, seq: { [Op.gt]: afterSeq } }, order: ['seq'], limit });
      return rows.map((row) => toMessage(vault, row));
    },
  };
}

/** Number of the newest message of a visit; 0 when there is none. */
export const latestSeq = async ({ models }: Pick<Database, 'models'>, consultationId: string): Promise<number> =>
  (await models.messages.max<number | null, MessageRow>('seq', { where: { consultationId } })) ?? 0;

/** Keeps the owner from changing until the transaction ends. */
async function holdEpoch({ models }: Database, id: string, epoch: number): Promise<void> {
  const visit = await models.consultations.findByPk(id, { attributes: ['roomEpoch', 'status'], lock: true });
  if (!visit) throw new RoomError('not_found');
  if (visit.roomEpoch !== epoch) throw new RoomError('stale_epoch');
  if (visit.status === 'ended') throw new RoomError('visit_ended');
}

const COLUMNS = ['consultation_id', 'seq', 'member_id', 'client_message_id', 'name', 'role', 'text', 'text_sealed', 'sent_at'];

/** One statement for all. Values are bound: written into the statement, a NUL in a text would end it on SQLite. */
async function insert(
  { sequelize, dialect }: Database,
  vault: Vault,
  consultationId: string,
  group: readonly ChatMessage[],
): Promise<Stored[]> {
  const bind = group.flatMap((m) => [
    consultationId,
    m.seq,
    m.memberId,
    m.clientMessageId,
    m.name,
    m.role,
    '',
    vault.seal(messageText, consultationId, m.text),
    stamp(m.sentAt, dialect),
  ]);
  const row = (_: unknown, index: number) => `(${COLUMNS.map((_column, at) => `$${index * COLUMNS.length + at + 1}`).join(',')})`;
  const sql = `INSERT INTO chat_messages (${COLUMNS.join(',')}) VALUES ${group.map(row).join(',')}`;
  await sequelize.query(sql, { bind, type: QueryTypes.INSERT });
  return group.map(({ seq, sentAt }) => ({ seq, sentAt }));
}

/** Stores one by one those that are not stored yet, under numbers without gaps. */
async function insertNew(database: Database, vault: Vault, consultationId: string, group: readonly ChatMessage[]): Promise<Stored[]> {
  let next = group[0]?.seq ?? 0;
  const answers: Stored[] = [];
  for (const message of group) {
    const earlier = await find(database, consultationId, message.memberId, message.clientMessageId);
    if (!earlier) await insert(database, vault, consultationId, [{ ...message, seq: next }]);
    answers.push(earlier ?? { seq: next++, sentAt: message.sentAt });
  }
  return answers;
}

async function find({ models }: Database, consultationId: string, memberId: string, clientMessageId: string): Promise<Stored | null> {
  const row = await models.messages.findOne({ where: { consultationId, memberId, clientMessageId }, attributes: ['seq', 'sentAt'] });
  return row && { seq: row.seq, sentAt: row.sentAt.getTime() };
}

/** The form in which Sequelize stores a `DATE(3)` on this engine. */
function stamp(ms: number, dialect: Dialect): string {
  const text = new Date(ms).toISOString().replace('T', ' ').slice(0, -1);
  return dialect === 'sqlite' ? `${text} +00:00` : text;
}

function toMessage(vault: Vault, row: MessageRow): ChatMessage {
  const { consultationId, seq, clientMessageId, memberId, name, role, sentAt } = row;
  const text = row.textSealed === null ? row.text : vault.open(messageText, consultationId, row.textSealed);
  return { seq, clientMessageId, memberId, name, role, text, sentAt: sentAt.getTime() };
}
