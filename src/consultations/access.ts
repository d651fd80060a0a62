/** Whose visit it is. The object policy of every route below `/consultations/:id`. */
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { MemberRow } from '#src/members/model.ts';
import { type ConsultationRow, isOver } from './model.ts';

export interface OwnVisit {
  visit: ConsultationRow;
  /** Everybody who may come or might once, in the order of their invitation. */
  people: MemberRow[];
  /** The caller among them. */
  self: MemberRow;
}

/** A visit that this user belongs to. @throws {ApiError} `not_found`, `forbidden` */
export async function ownVisit({ models }: Database, userId: string, id: string): Promise<OwnVisit> {
  const visit = await models.consultations.findByPk(id);
  if (!visit) throw new ApiError('not_found');
  const people = await models.members.findAll({ where: { consultationId: id }, order: ['createdAt', 'id'] });
  const self = people.find((member) => member.userId === userId);
  if (!self) throw new ApiError('forbidden');
  return { visit, people, self };
}

/** A visit that this user leads. @throws {ApiError} `not_found`, `forbidden` */
export async function ledVisit(database: Database, userId: string, id: string): Promise<OwnVisit> {
  const found = await ownVisit(database, userId, id);
  if (found.self.role !== 'practitioner') throw new ApiError('forbidden');
  return found;
}

/** One that is not over yet. @throws {ApiError} `not_found`, `forbidden`, `visit_ended` */
export async function ledOpenVisit(database: Database, userId: string, id: string): Promise<OwnVisit> {
  const found = await ledVisit(database, userId, id);
  if (isOver(found.visit)) throw new ApiError('visit_ended');
  return found;
}
