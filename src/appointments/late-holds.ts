/** Holds that ran out: they block nobody, also when the job that closes their orders is late. */
import { Op } from 'sequelize';
import { inTime } from '#src/payments/patience.ts';
import { freeClaims } from './claims.ts';
import type { AppointmentParts } from './parts.ts';

/** How long somebody who books waits for the partners of others who have not paid, in milliseconds. */
const PARTNERS_MS = 3_000;

/** @returns order of each appointment; null where there is none */
async function lateHolds({ database: { models } }: AppointmentParts, practitionerId: string) {
  const claims = await models.appointmentClaims.findAll({
    where: { practitionerId, heldUntil: { [Op.lt]: new Date() } },
    attributes: ['appointmentId'],
    group: ['appointmentId'],
  });
  if (claims.length === 0) return [];
  const where = { id: claims.map(({ appointmentId }) => appointmentId) };
  return models.appointments.findAll({ where, attributes: ['id', 'orderId'] });
}

/**
 * Before a booking and outside of its transaction: partners are asked about holds that ran out and may be paid just now. Who has paid
 * is served; one whose partner does not answer in time keeps the place until the job has had an answer.
 */
export async function settleLateHolds(parts: AppointmentParts, practitionerId: string): Promise<void> {
  const { orders, payments, log } = parts;
  const settle = async (orderId: string): Promise<void> => {
    await payments.stopAll(orderId, 0);
    await orders.expire(orderId);
  };
  const asked: Promise<void>[] = [];
  for (const { orderId } of await lateHolds(parts, practitionerId))
    if (orderId && (await payments.hasOpen(orderId))) asked.push(inTime(PARTNERS_MS, settle(orderId), log));
  await Promise.all(asked);
}

/** Gives the places of holds free that nobody is paying. In the transaction of a booking. */
export async function sweepHolds(parts: AppointmentParts, practitionerId: string): Promise<void> {
  const { database, orders, payments } = parts;
  for (const { id, orderId } of await lateHolds(parts, practitionerId)) {
    if (!orderId) await freeClaims(database, id);
    else if (!(await payments.hasOpen(orderId))) await orders.expire(orderId);
  }
}
