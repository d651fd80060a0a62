/** Who may come to a visit besides its two sides: invitations, and access given back. For the practitioner. */
import { literal, Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { invitationExpiry } from '#src/auth/guests.ts';
import type { Tokens } from '#src/auth/tokens.ts';
import { ledOpenVisit, ledVisit } from '#src/consultations/access.ts';
import { type ConsultationRow, isOver } from '#src/consultations/model.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { MemberRow } from './model.ts';
import type * as schemas from './schemas.ts';

type Invitation = z.infer<typeof schemas.invitation>;

/** People of one visit, guests of all times counted. */
const MAX_MEMBERS = 100;

/** Every method throws `ApiError` `not_found`, and `forbidden` for anybody but the practitioner. */
export interface Members {
  list(userId: string, id: string): Promise<z.infer<typeof schemas.memberList>>;
  /** @throws {ApiError} `visit_ended`, `limit_reached` */
  invite(userId: string, id: string, guest: z.infer<typeof schemas.newInvitation>): Promise<Invitation>;
  /** Gives a removed person access again. @throws {ApiError} `visit_ended` */
  restore(userId: string, id: string, memberId: string): Promise<z.infer<typeof schemas.restored>>;
}

/** @param publicUrl address that people open, without a slash at the end */
export function createMembers(database: Database, tokens: Pick<Tokens, 'forGuest'>, publicUrl: () => string): Members {
  const { models, transaction } = database;

  function invitationFor(visit: ConsultationRow, member: MemberRow): Invitation {
    const expiresAt = new Date(invitationExpiry(visit.scheduledEnd));
    const { id: memberId, name, accessEpoch } = member;
    const token = tokens.forGuest({ memberId, consultationId: visit.id, accessEpoch, name }, expiresAt);
    // Behind the hash sign it stays in the browser: in no log and no referrer.
    return { member: viewOf(member), token, url: `${publicUrl()}/visit/${visit.id}#guest=${token}`, expiresAt: expiresAt.toISOString() };
  }

  /** Keeps the visit from ending, and its list of people from changing, until the transaction ends. */
  async function holdOpen(id: string): Promise<void> {
    const visit = await models.consultations.findByPk(id, { lock: true });
    if (!visit || isOver(visit)) throw new ApiError('visit_ended');
  }

  return {
    async list(userId, id) {
      const { people } = await ledVisit(database, userId, id);
      return { items: people.map(viewOf) };
    },

    async invite(userId, id, guest) {
      const { visit } = await ledOpenVisit(database, userId, id);
      const place = { id: uuid(), consultationId: id, userId: null, accessEpoch: 1 };
      const member = await transaction(async () => {
        await holdOpen(id);
        if ((await models.members.count({ where: { consultationId: id } })) >= MAX_MEMBERS) throw new ApiError('limit_reached');
        return models.members.create({ ...place, ...guest });
      });
      return invitationFor(visit, member);
    },

    async restore(userId, id, memberId) {
      const { visit, people } = await ledOpenVisit(database, userId, id);
      const member = people.find((candidate) => candidate.id === memberId);
      if (!member) throw new ApiError('not_found');
      const removed = { id: memberId, removedAt: { [Op.ne]: null } };
      await transaction(async () => {
        await holdOpen(id);
        await models.members.update({ removedAt: null, accessEpoch: literal('access_epoch + 1') }, { where: removed });
      });
      await member.reload();
      return { member: viewOf(member), invitation: member.userId ? null : invitationFor(visit, member) };
    },
  };
}

function viewOf({ id, name, role, removedAt, createdAt }: MemberRow): z.infer<typeof schemas.memberView> {
  return { id, name, role, removed: Boolean(removedAt), createdAt: createdAt.toISOString() };
}
