/** Sessions of invited guests: one for each access epoch of a member, so that giving access back starts a new one. */
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';

/** How long after its planned end a visit's invitations still open it, in milliseconds. */
const GRACE_MS = 24 * 3_600_000;

/** Ends sessions of guests whose access was withdrawn. */
export interface GuestSessions {
  /**
   * To be called in the transaction of the withdrawal; every process refuses the session once that is committed. Their room tells them why.
   * @param expiresAt ms since 1970 after which every token of that session has expired by itself
   */
  endGuest(guest: { id: string; accessEpoch: number }, expiresAt: number): Promise<void>;
}

export const guestSession = (memberId: string, accessEpoch: number): string => `${memberId}:${accessEpoch}`;

/** When an invitation that is made now expires, in ms since 1970; those made before expire no later. */
export const invitationExpiry = (scheduledEnd: Date): number => Math.max(Date.now(), scheduledEnd.getTime()) + GRACE_MS;

/** Guest sessions that are over although a token of theirs may still be good. `expiresAt` is in ms since 1970. */
export async function withdrawnSessions({ models }: Database): Promise<{ id: string; expiresAt: number }[]> {
  const recent = { [Op.gt]: new Date(Date.now() - GRACE_MS) };
  const over = { [Op.or]: [{ endedAt: recent }, { scheduledEnd: recent }], status: 'ended' };
  const visits = await models.consultations.findAll({
    where: { [Op.or]: [over, { status: { [Op.ne]: 'ended' } }] },
    attributes: ['id', 'status', 'scheduledEnd'],
  });
  const byId = new Map(visits.map((visit) => [visit.id, visit]));
  const guests = await models.members.findAll({ where: { userId: null, consultationId: [...byId.keys()] } });
  return guests.flatMap((guest) => {
    const visit = byId.get(guest.consultationId);
    if (!visit) return [];
    const dead = guest.removedAt || visit.status === 'ended' ? guest.accessEpoch : guest.accessEpoch - 1;
    const expiresAt = invitationExpiry(visit.scheduledEnd);
    return Array.from({ length: dead }, (_, index) => ({ id: guestSession(guest.id, index + 1), expiresAt }));
  });
}
