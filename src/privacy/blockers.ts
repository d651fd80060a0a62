/** What has to be settled before a person can be erased. */
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';

export const blockerKinds = ['appointments', 'visits', 'orders', 'refunds', 'balance', 'admission', 'legal_hold', 'staff'] as const;
export interface Blocker {
  what: (typeof blockerKinds)[number];
  count: number;
}

/** @returns what is open, nothing: the person can be erased */
export async function blockersOf({ models }: Database, userId: string): Promise<Blocker[]> {
  const visits = await models.members.findAll({ where: { userId }, attributes: ['consultationId'] });
  const ids = visits.map(({ consultationId }) => consultationId);
  const counts: [Blocker['what'], Promise<number>][] = [
    ['appointments', models.appointments.count({ where: { userId, status: ['pending', 'confirmed', 'in_progress'] } })],
    ['visits', models.consultations.count({ where: { id: ids, status: { [Op.ne]: 'ended' }, cancelledAt: null } })],
    ['orders', models.orders.count({ where: { userId, status: ['PENDING', 'PAID', 'CONFIRMED', 'IN_PROGRESS'] } })],
    ['refunds', models.refunds.count({ where: { userId, state: ['requested', 'approved', 'processing', 'abnormal'] } })],
    ['balance', models.balances.count({ where: { userId, balance: { [Op.gt]: 0 } } })],
    ['admission', models.admissions.count({ where: { patientUserId: userId, state: 'admitted' } })],
    ['legal_hold', models.legalHolds.count({ where: { userId, liftedAt: null } })],
    // Whoever works here stands in other people's records; their account is disabled instead.
    ['staff', models.userRoles.count({ where: { userId, roleKey: { [Op.ne]: 'patient' } } })],
  ];
  const found: Blocker[] = [];
  for (const [what, counted] of counts) {
    const count = await counted;
    if (count > 0) found.push({ what, count });
  }
  return found;
}
