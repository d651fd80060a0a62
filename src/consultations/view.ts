/** A visit as one of its people sees it. */
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { MemberRow } from '#src/members/model.ts';
import type { ConsultationRow } from './model.ts';
import type { consultationView } from './schemas.ts';
import { titleOf } from './title.ts';

export type ConsultationView = z.infer<typeof consultationView>;

/**
 * @param people members of this visit, among others; the caller and both sides must be there
 * @param unread chat messages that the caller has not read
 */
export function viewOf(
  vault: Vault,
  visit: ConsultationRow,
  people: readonly MemberRow[],
  callerId: string,
  unread: number,
): ConsultationView {
  const members = people.filter((member) => member.consultationId === visit.id);
  const one = (what: string, is: (member: MemberRow) => boolean): MemberRow => {
    const found = members.find(is);
    if (!found) throw new Error(`visit ${visit.id} has no ${what}`);
    return found;
  };
  const person = ({ userId, name }: MemberRow) => ({ id: userId ?? '', name });
  return {
    id: visit.id,
    title: titleOf(vault, visit),
    status: visit.cancelledAt ? 'cancelled' : visit.status,
    role: one('caller', (member) => member.userId === callerId).role,
    practitioner: person(one('practitioner', (member) => member.role === 'practitioner')),
    patient: person(one('patient', (member) => member.role === 'patient')),
    scheduledStart: visit.scheduledStart.toISOString(),
    scheduledEnd: visit.scheduledEnd.toISOString(),
    startedAt: visit.startedAt?.toISOString() ?? null,
    endedAt: visit.endedAt?.toISOString() ?? null,
    lobby: visit.lobby,
    locked: visit.locked,
    unread,
    appointmentId: visit.appointmentId ?? null,
    createdAt: visit.createdAt.toISOString(),
  };
}
