/** One change of a practitioner's hours, whatever it is: checked as a whole, all or nothing. */
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { dateOf, dayOf } from '#src/scheduling/wall-time.ts';
import type { RuleSet } from '#src/scheduling/rules.ts';
import { keptBy } from './access.ts';
import { planDisplacing } from './displacing.ts';
import { type Asked, refuseConflicts, refuseFaults } from './faults.ts';
import { type SchedulingParts, today } from './parts.ts';
import { readRules } from './rule-sets.ts';
import { beginChange } from './state.ts';

const MAX_RULES = 200;
/** Of days to come. */
const MAX_ADJUSTMENTS = 1_000;

export interface HoursChange {
  /** Version of the schedule that the caller has looked at. */
  seen?: number | undefined;
  /** Rules as they are asked for. */
  asked?: Asked;
  /** @returns dates whose appointments it may push aside */
  write(): Promise<readonly string[]>;
}

/**
 * Writes and looks at what came of it: a fault undoes everything.
 * @throws {ApiError} `not_found`, `forbidden`, `invalid_request`, `conflict`, `schedule_conflict`, `limit_reached`
 */
export async function changeHours(
  parts: SchedulingParts,
  caller: Caller,
  practitionerId: string,
  { seen, asked = new Map(), write }: HoursChange,
): Promise<void> {
  const { database, practitioners } = parts;
  await keptBy(practitioners, caller, practitionerId);
  refuseFaults(asked);
  await database.transaction(async () => {
    await beginChange(database, practitionerId, seen);
    const dates = (await write()).toSorted();
    const rules = (await readRules(database, [practitionerId], { makeup: false }))(practitionerId);
    const now = today(parts);
    const ahead = rules.adjustments.filter(({ date }) => date >= now);
    if (rules.weekly.length > MAX_RULES || ahead.length > MAX_ADJUSTMENTS) throw new ApiError('limit_reached');
    refuseConflicts(rules, asked, { from: now, involving: [...asked.keys(), ...onDates(rules, dates)] });
    const [from, until] = [dates[0], dates.at(-1)];
    if (from && until) await planDisplacing(parts, practitionerId, { from, until }, caller.requestId);
  });
}

/** Changes of these dates and their neighbours: where other hours went away, weekly ones come back beside them. */
function onDates({ adjustments }: RuleSet, dates: readonly string[]): string[] {
  const near = new Set(dates.flatMap((date) => [-1, 0, 1].map((shift) => dateOf(dayOf(date) + shift))));
  return adjustments.filter(({ date }) => near.has(date)).map(({ id }) => id);
}
