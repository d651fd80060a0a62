/** What a booking play does and looks at. */
import { Op } from 'sequelize';
import { CELL } from '#src/scheduling/cells.ts';
import type { TestApp } from '#tests/support/app.ts';
import { type Person, type Practice, type Reply, type Rig, send } from './rig.ts';
import type { Findings } from './row.ts';

const contact = { contactPerson: '王敏', contactPhone: '13800138000', notes: null };

export function bookingOf({ practitionerId, serviceId }: Practice, scheduledTime: string, service = serviceId) {
  return { practitionerId, serviceId: service, scheduledTime, contactPerson: contact.contactPerson, contactPhone: contact.contactPhone };
}

/** Books as clients do: with a key. */
export const book = (rig: Rig, index: number, { token }: Person, practice: Practice, time: string, service?: string): Promise<Reply> =>
  send(rig.node(index), 'POST', '/appointments', { token, key: crypto.randomUUID(), body: bookingOf(practice, time, service) });

export const cancel = (rig: Rig, index: number, { token }: Person, appointmentId: string): Promise<Reply> =>
  send(rig.node(index), 'POST', `/appointments/${appointmentId}/cancel`, { token, body: { reason: '临时有事' } });

export const pay = (rig: Rig, index: number, { token }: Person, orderId: string, key: string = crypto.randomUUID()): Promise<Reply> =>
  send(rig.node(index), 'POST', `/orders/${orderId}/payments`, { token, key, body: { method: 'balance' } });

/** Notes answers that are neither a success nor one of these refusals. @returns the successes */
export function judge(found: Findings, what: string, replies: readonly Reply[], refusals: readonly string[]): Reply[] {
  for (const { status, code, ms } of replies) {
    found.took(ms);
    if (status !== 200 && !(status === 409 && refusals.includes(code ?? ''))) found.fault(`${what}: ${status} ${code}`);
  }
  return replies.filter(({ status }) => status === 200);
}

/**
 * Every live appointment has all of its cells and no other has one of them; nobody else has any.
 * @param capacity visits that may be at one time
 */
export async function checkPlaces({ database: { models } }: TestApp, practitionerId: string, found: Findings, capacity = 1): Promise<void> {
  const live = { practitionerId, status: { [Op.in]: ['pending', 'confirmed', 'in_progress'] } } as const;
  const appointments = await models.appointments.findAll({ where: live as never, order: ['startsAt', 'id'] });
  const claims = await models.appointmentClaims.findAll({ where: { practitionerId }, order: ['cell'], raw: true });
  const owners = new Map<string, string>();
  for (const { cell, seat, appointmentId } of claims) {
    const place = `${cell}/${seat}`;
    if (owners.has(place)) found.fault(`the place ${place} is held twice`);
    owners.set(place, appointmentId);
  }
  const held = Map.groupBy(claims, ({ appointmentId }) => appointmentId);
  for (const { id, startsAt, endsAt } of appointments) {
    const cells = (endsAt.getTime() - startsAt.getTime()) / CELL;
    found.expect(`cells of ${id}`, held.get(id)?.length ?? 0, cells);
    held.delete(id);
  }
  found.expect('places held for appointments that are over', [...held.keys()], []);
  appointments.forEach(({ startsAt }, i) => {
    const before = appointments[i - capacity];
    if (before && before.endsAt > startsAt) found.fault(`more than ${capacity} visits at ${startsAt.toISOString()}`);
  });
}
