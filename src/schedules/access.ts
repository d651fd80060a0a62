/** Whose schedule it is. */
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Practitioner, PractitionerLookup } from '#src/practitioners/lookup.ts';

type Lookup = Pick<PractitionerLookup, 'byId'>;

/** Those who manage schedules keep all of them, practitioners their own. */
const mayKeep = (caller: Caller, { userId }: Practitioner): boolean =>
  caller.can('schedules:manage') || (userId === caller.userId && caller.can('schedules:own'));

/** Whether the caller may see this practitioner's schedule in full. */
export async function keeps(lookup: Lookup, caller: Caller, practitionerId: string): Promise<boolean> {
  const practitioner = await lookup.byId(practitionerId);
  return practitioner !== undefined && mayKeep(caller, practitioner);
}

/**
 * A practitioner whose schedule the caller may see in full and change.
 * @throws {ApiError} `not_found`, `forbidden`
 */
export async function keptBy(lookup: Lookup, caller: Caller, practitionerId: string): Promise<Practitioner> {
  const practitioner = await lookup.byId(practitionerId);
  if (!practitioner) throw new ApiError('not_found');
  if (!mayKeep(caller, practitioner)) throw new ApiError('forbidden');
  return practitioner;
}
