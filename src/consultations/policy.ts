/** The rules and records of a visit, for its room. Writes are guarded updates: a newer epoch in the row refuses them. */
import { literal, type WhereAttributeHash } from 'sequelize';
import { RoomError } from '#rooms/errors.ts';
import type { Access, ConsultationPolicy, Identity, VisitFacts } from '#rooms/ports.ts';
import { type GuestSessions, invitationExpiry } from '#src/auth/guests.ts';
import { latestSeq } from '#src/chat/store.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { MemberRow } from '#src/members/model.ts';
import type { VisitEvents } from './hooks.ts';
import { type ConsultationRow, isOver } from './model.ts';
import { titleOf } from './title.ts';

/** Raising the version makes every update change its row, so that MySQL counts it. */
const nextVersion = { version: literal('version + 1') };

/**
 * @param guests told of each guest whose access ends; not needed where nobody holds a token
 * @param events told of what happens, inside its transaction
 */
export function createConsultationPolicy(
  database: Database,
  vault: Vault,
  guests?: GuestSessions,
  events?: VisitEvents,
): ConsultationPolicy {
  const { models, transaction } = database;
  const { consultations, members } = models;

  /** Ends the sessions that guests of a visit have now, with the transaction. */
  async function endSessions(consultationId: string, where: WhereAttributeHash<MemberRow>): Promise<void> {
    for (const { guest, expiresAt } of await guestSessions(database, consultationId, where)) await guests?.endGuest(guest, expiresAt);
  }

  const change = (id: string, epoch: number, values: Partial<ConsultationRow>, where?: WhereAttributeHash<ConsultationRow>) =>
    changeOpenVisit(database, id, epoch, values, where);

  return {
    authorize: (id, identity) => authorize(database, id, identity),
    open: (id) => transaction(() => open(database, vault, id)),

    started: (id, epoch, at) =>
      transaction(async () => {
        await change(id, epoch, { status: 'active' }, { cancelledAt: null });
        const [first] = await consultations.update({ startedAt: new Date(at) }, { where: { id, startedAt: null } });
        if (first > 0) await events?.started(id);
      }),

    locked: (id, epoch, locked) => transaction(() => change(id, epoch, { locked })),

    removeMember: (consultationId, epoch, memberId) =>
      transaction(async () => {
        await change(consultationId, epoch, {});
        const person = { id: memberId, consultationId, removedAt: null };
        await endSessions(consultationId, person);
        await members.update({ removedAt: new Date(), accessEpoch: literal('access_epoch + 1') }, { where: person });
      }),

    ended: (id, epoch, at, byMemberId) =>
      transaction(async () => {
        await change(id, epoch, { status: 'ended', endedAt: new Date(at), endedByMemberId: byMemberId });
        await events?.ended(id);
        await endSessions(id, {});
      }),
  };
}

/**
 * Changes the visit if it is still open and owned under this epoch, inside the caller's transaction: a durable write of its room, or what
 * guards another one.
 * @throws {RoomError} `not_found`, `visit_ended`, `stale_epoch`
 */
export async function changeOpenVisit(
  { models: { consultations } }: Database,
  id: string,
  epoch: number,
  values: Partial<ConsultationRow>,
  where: WhereAttributeHash<ConsultationRow> = {},
): Promise<void> {
  const open = { id, roomEpoch: epoch, status: ['scheduled', 'active'], ...where };
  const [changed] = await consultations.update({ ...values, ...nextVersion }, { where: open });
  if (changed > 0) return;
  const row = await consultations.findByPk(id);
  if (!row) throw new RoomError('not_found');
  throw new RoomError(row.roomEpoch === epoch ? 'visit_ended' : 'stale_epoch');
}

interface GuestSession {
  guest: { id: string; accessEpoch: number };
  expiresAt: number;
}

/** The sessions that guests of a visit have now. */
async function guestSessions({ models }: Database, consultationId: string, where: WhereAttributeHash<MemberRow>): Promise<GuestSession[]> {
  const visit = await models.consultations.findByPk(consultationId, { attributes: ['scheduledEnd'] });
  const guests = await models.members.findAll({ where: { ...where, consultationId, userId: null } });
  return visit ? guests.map((guest) => ({ guest, expiresAt: invitationExpiry(visit.scheduledEnd) })) : [];
}

async function authorize({ models }: Database, consultationId: string, identity: Identity): Promise<Access> {
  const visit = await models.consultations.findByPk(consultationId);
  if (!visit) throw new RoomError('not_found');
  const who = identity.kind === 'user' ? { userId: identity.userId } : { id: identity.memberId };
  const member = await models.members.findOne({ where: { consultationId, ...who } });
  if (!member) throw new RoomError('forbidden');
  const outdated = identity.kind === 'guest' && identity.accessEpoch !== member.accessEpoch;
  if (member.removedAt || outdated) throw new RoomError('removed');
  if (isOver(visit)) throw new RoomError('visit_ended');
  return { memberId: member.id, name: member.name, role: member.role };
}

/** Issues the next epoch and reads what the new owner starts from. */
async function open(database: Database, vault: Vault, consultationId: string): Promise<VisitFacts> {
  const { models } = database;
  await models.consultations.update({ roomEpoch: literal('room_epoch + 1'), ...nextVersion }, { where: { id: consultationId } });
  const visit = await models.consultations.findByPk(consultationId);
  if (!visit) throw new RoomError('not_found');
  if (visit.status === 'ended') throw new RoomError('visit_ended');
  return {
    consultationId,
    title: titleOf(vault, visit),
    scheduledStart: visit.scheduledStart.toISOString(),
    scheduledEnd: visit.scheduledEnd.toISOString(),
    startedAt: visit.startedAt?.getTime() ?? null,
    lobby: visit.lobby,
    locked: visit.locked,
    epoch: visit.roomEpoch,
    latestChatSeq: await latestSeq(database, consultationId),
  };
}
