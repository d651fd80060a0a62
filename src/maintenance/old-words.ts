/** Seals what people wrote before chat, the reasons of steps and the titles of visits were sealed. */
import { type Model, type ModelStatic, Op, type WhereOptions } from 'sequelize';
import { appointmentReason } from '#src/appointments/model.ts';
import { messageText } from '#src/chat/model.ts';
import { keepTitle } from '#src/consultations/title.ts';
import { keepReason, SYSTEM_WORDS } from '#src/crypto/step-reason.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { lastOf, nextOf } from '#src/database/sequence.ts';
import { orderReason } from '#src/orders/model.ts';

/** Rows of one transaction: nobody waits long for it. */
const BATCH = 200;
/** Counts the searches that found nothing. Tables that get further sealed columns take another name, so that they are searched again. */
const IN_VAIN = 'old-words:2';
/** So many of them, and no process that seals nothing writes any more: each search reads whole tables. */
const ENOUGH = 3;

const givenReasons = { actorId: { [Op.ne]: null }, reason: { [Op.ne]: null, [Op.notIn]: [...SYSTEM_WORDS] } };
const plannedTitles = { titleSealed: null, appointmentId: null, title: { [Op.ne]: '' } };

/** Every night, until three nights have found nothing. */
export async function sealOldWords(database: Database, vault: Vault): Promise<void> {
  if ((await lastOf(database, IN_VAIN)) >= ENOUGH) return;
  if ((await sealWordsNow(database, vault)) === 0) await nextOf(database, IN_VAIN);
}

/** Searches whatever came of it before: after a step back to a version that did not seal. @returns how many words were sealed */
export async function sealWordsNow(database: Database, vault: Vault): Promise<number> {
  const { messages, consultations, appointmentLog, orderLog } = database.models;
  const counts = [
    await sealAll(database, messages, { textSealed: null }, ({ consultationId, text }) => ({
      text: '',
      textSealed: vault.seal(messageText, consultationId, text),
    })),
    await sealAll(database, consultations, plannedTitles, ({ id, title }) => keepTitle(vault, id, title)),
    await sealAll(database, appointmentLog, givenReasons, (step) => keepReason(vault, appointmentReason, step.appointmentId, step)),
    await sealAll(database, orderLog, givenReasons, (step) => keepReason(vault, orderReason, step.orderId, step)),
  ];
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * @param sealed what takes its place; the row is not found by `where` any more then
 * @returns how many rows
 */
async function sealAll<M extends Model>(
  { transaction }: Database,
  model: ModelStatic<M>,
  where: WhereOptions,
  sealed: (row: M) => object,
): Promise<number> {
  const batch = () =>
    transaction(async () => {
      const rows = await model.findAll({ where, limit: BATCH });
      // Nothing has happened to what the words are about.
      for (const row of rows) await row.update(sealed(row), { silent: true });
      return rows.length;
    });
  let total = 0;
  for (let count = BATCH; count === BATCH; total += count) count = await batch();
  return total;
}
