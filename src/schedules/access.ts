/** Whose schedule it is. */
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Practitioner, PractitionerLookup } from '#src/practitioners/lookup.ts';

/**
 * A practitioner whose schedule the caller may see in full and change: oneself, or anybody for those who manage schedules.
 * @throws {ApiError} `not_found`, `forbidden`
 */
export async function keptBy(lookup: Pick<PractitionerLookup, 'byId'>, caller: Caller, practitionerId: string): Promise<Practitioner> {
  const practitioner = await lookup.byId(practitionerId);
  if (!practitioner) throw new ApiError('not_found');
  const own = practitioner.userId === caller.userId && caller.can('schedules:own');
  if (!own && !caller.can('schedules:manage')) throw new ApiError('forbidden');
  return practitioner;
}
