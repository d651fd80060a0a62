/** Seals what people wrote before chat and the reasons of steps were sealed. */
import { type Model, type ModelStatic, Op, type WhereOptions } from 'sequelize';
import { appointmentReason } from '#src/appointments/model.ts';
import { messageText } from '#src/chat/model.ts';
import { keepReason, SYSTEM_WORDS } from '#src/crypto/step-reason.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { orderReason } from '#src/orders/model.ts';

/** Rows of one transaction: nobody waits long for it. */
const BATCH = 200;
const givenReasons = { actorId: { [Op.ne]: null }, reason: { [Op.ne]: null, [Op.notIn]: [...SYSTEM_WORDS] } };

export async function sealOldWords(database: Database, vault: Vault): Promise<void> {
  const { messages, appointmentLog, orderLog } = database.models;
  await sealAll(database, messages, { textSealed: null }, ({ consultationId, text }) => ({
    text: '',
    textSealed: vault.seal(messageText, consultationId, text),
  }));
  await sealAll(database, appointmentLog, givenReasons, (step) => keepReason(vault, appointmentReason, step.appointmentId, step));
  await sealAll(database, orderLog, givenReasons, (step) => keepReason(vault, orderReason, step.orderId, step));
}

/** @param sealed what takes its place; the row is not found by `where` any more then */
async function sealAll<M extends Model>(
  { transaction }: Database,
  model: ModelStatic<M>,
  where: WhereOptions,
  sealed: (row: M) => object,
): Promise<void> {
  const batch = () =>
    transaction(async () => {
      const rows = await model.findAll({ where, limit: BATCH });
      for (const row of rows) await row.update(sealed(row));
      return rows.length;
    });
  while ((await batch()) === BATCH);
}
