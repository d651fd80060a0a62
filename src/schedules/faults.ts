/** What is wrong with hours, told at the field that it is wrong with; and hours that overlap, told with both sides. */
import { ApiError } from '#src/errors.ts';
import { type Conflict, findConflicts } from '#src/scheduling/conflicts.ts';
import { type Adjustment, closedFaults, faultsOf, type HoursFault, type RuleSet, type WeeklyRule } from '#src/scheduling/rules.ts';
import type { ConflictSide } from './schemas.ts';

type Rule = WeeklyRule | Adjustment;

const texts: Record<HoursFault, { field: string; message: string }> = {
  bad_time: { field: 'start', message: 'is no time of day, or ends where it begins' },
  bad_zone: { field: 'zone', message: 'is no time zone' },
  off_grid: { field: 'start', message: 'times and lengths are multiples of five minutes' },
  no_slot_fits: { field: 'slotMinutes', message: 'no slot fits into these hours' },
  bad_length: { field: 'slotMinutes', message: 'a slot lasts 5 minutes to a day' },
  bad_gap: { field: 'gapMinutes', message: 'a pause lasts up to a day' },
  bad_capacity: { field: 'capacity', message: 'a slot has 1 to 32 places' },
};

/** Rules of a request, each with the place in the body where it was asked for. */
export type Asked = ReadonlyMap<string, { rule: Rule; field: string }>;

/** @throws {ApiError} `invalid_request` with the faults of all rules */
export function refuseFaults(asked: Asked): void {
  const found = new Map<string, { field: string; message: string; fault: HoursFault }>();
  for (const { rule, field } of asked.values()) {
    const faults = 'slotMinutes' in rule ? faultsOf(rule) : closedFaults(rule);
    for (const fault of faults) {
      const place = `${field}.${texts[fault].field}`;
      // One entry of the body makes several rules with the same fault.
      found.set(`${place} ${fault}`, { field: place, message: texts[fault].message, fault });
    }
  }
  if (found.size > 0) throw new ApiError('invalid_request', { details: [...found.values()] });
}

/** At most so many overlaps are told. */
const TOLD = 20;

/**
 * @param rules everything as it would be, what is asked for included
 * @param where date from which on it matters, and the rules that matter
 * @throws {ApiError} `schedule_conflict` with both sides of each overlap
 */
export function refuseConflicts(rules: RuleSet, asked: Asked, where: { from: string; involving: readonly string[] }): void {
  const conflicts = findConflicts(rules, { from: where.from, involving: new Set(where.involving) });
  if (conflicts.length === 0) return;
  const known = new Map<string, Rule>([...rules.weekly, ...rules.adjustments].map((rule) => [rule.id, rule]));
  throw new ApiError('schedule_conflict', { details: conflicts.slice(0, TOLD).map((conflict) => told(conflict, known, asked)) });
}

function told({ ruleIds, dates, from, until }: Conflict, known: ReadonlyMap<string, Rule>, asked: Asked) {
  const sides = ruleIds.flatMap((id, index) => {
    const rule = known.get(id);
    return rule ? [sideOf(rule, asked.get(id)?.field ?? null, dates[index] ?? '')] : [];
  });
  return { sides, from: new Date(from).toISOString(), until: new Date(until).toISOString() };
}

function sideOf(rule: Rule, field: string | null, date: string): ConflictSide {
  return {
    ...{ id: field === null ? rule.id : null, field, date, zone: rule.zone },
    kind: 'kind' in rule && rule.kind !== 'closed' ? rule.kind : 'weekly',
    weekday: 'weekday' in rule ? rule.weekday : null,
    start: rule.start ?? '00:00',
    end: rule.end ?? '24:00',
  };
}
