/** Schedules of practitioners: when they are there, who is free, and what becomes of appointments when that changes. */
import { type ClinicDays, createClinicDays } from './days.ts';
import { createDayChanges, type DayChanges } from './adjustments.ts';
import { createDisplacing, type Displacing } from './displacing.ts';
import { createFinding, type Finding } from './finding.ts';
import { createLeaves, type Leaves } from './leaves.ts';
import { createOverview, type Overview } from './overview.ts';
import type { SchedulingParts } from './parts.ts';
import { createSlots, type Slots } from './slots.ts';
import { createWeeklyHours, type WeeklyHours } from './weekly.ts';

export interface Scheduling extends Displacing {
  readonly hours: WeeklyHours & DayChanges & Overview;
  readonly days: ClinicDays;
  readonly leaves: Leaves;
  readonly slots: Slots;
  readonly finding: Finding;
}

export function createScheduling(parts: SchedulingParts): Scheduling {
  return {
    hours: { ...createWeeklyHours(parts), ...createDayChanges(parts), ...createOverview(parts) },
    days: createClinicDays(parts),
    leaves: createLeaves(parts),
    slots: createSlots(parts),
    finding: createFinding(parts),
    ...createDisplacing(parts),
  };
}
