/** Slots as patients see them (SCH-04, 08). Answers stay in memory until hours or bookings change, or time passes. */
import type { z } from 'zod';
import { takenOf } from '#src/appointments/taken.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { readyAnswer } from '#src/plugins/ready-answer.ts';
import { cellRangeOf } from '#src/scheduling/cells.ts';
import { explain } from '#src/scheduling/explain.ts';
import type { SlotState } from '#src/scheduling/slot-state.ts';
import { DAY, MINUTE } from '#src/scheduling/wall-time.ts';
import { keyedCache, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { keeps } from './access.ts';
import type { SchedulingParts } from './parts.ts';
import type { Current } from './reader.ts';
import * as schemas from './slot-schemas.ts';

type SlotDays = z.infer<typeof schemas.slotDays>;

export interface Slots {
  /** @throws {ApiError} `not_found` for practitioners that cannot be booked, `unknown_service`, `invalid_request` */
  ofPractitioner(practitionerId: string, query: z.infer<typeof schemas.slotQuery>): Promise<SlotDays>;
  /**
   * Everything that is in the way of a time; to those who keep the schedule with the rules that say so.
   * @throws {ApiError} `not_found`, `unknown_service`
   */
  explain(
    practitionerId: string,
    query: z.infer<typeof schemas.explainQuery>,
    caller: Caller | null,
  ): Promise<z.infer<typeof schemas.explanation>>;
}

/** What a question about slots is limited to. */
export interface Wanted {
  minutes?: number;
  serviceType?: string;
}

/** @throws {ApiError} `unknown_service` */
export async function wantedBy({ offerings }: Pick<SchedulingParts, 'offerings'>, serviceId: string | undefined): Promise<Wanted> {
  if (serviceId === undefined) return {};
  const { durationMinutes, category } = await offerings.active(serviceId);
  return { minutes: durationMinutes, serviceType: category };
}

/** Runs `work` and says at which field a range of dates was wrong. @throws {ApiError} `invalid_request` */
export function inRange<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ApiError('invalid_request', { details: [{ field, message: error.message }], cause: error });
  }
}

export function createSlots(parts: SchedulingParts): Slots {
  const { database, practitioners, schedules } = parts;
  const answers = createAnswers(parts.signals);

  async function found(practitionerId: string): Promise<Current> {
    const current = await schedules.current(practitionerId);
    if (!current?.state.bookable) throw new ApiError('not_found');
    return current;
  }

  async function build(
    { calendar, state: { id } }: Current,
    { from, until }: { from: string; until: string },
    wanted: Wanted,
  ): Promise<SlotDays> {
    const range = inRange('query.until', () => calendar.claimRange(from, until));
    const occupancy = await takenOf(database, id, range);
    const situation = { now: Date.now(), limits: schedules.limits(), occupancy };
    const states = calendar.slots({ ...situation, from, until, ...wanted });
    const byDate = Map.groupBy(states, ({ slot }) => slot.date);
    const days = [...byDate].map(([date, slots]) => ({ date, slots: slots.map(slotView) }));
    return readyAnswer(schemas.slotDays, { practitionerId: id, zone: calendar.zone, days });
  }

  return {
    async ofPractitioner(practitionerId, { serviceId, ...dates }) {
      const wanted = await wantedBy(parts, serviceId);
      const current = await found(practitionerId);
      const { leadMinutes, horizonDays } = schedules.limits();
      const { minutes, serviceType } = wanted;
      const key = [dates.from, dates.until, minutes, serviceType, leadMinutes, horizonDays].join(' ');
      return answers.of(current, key, () => build(current, dates, wanted));
    },

    async explain(practitionerId, { at, date = '', time = '', serviceId }, caller) {
      const wanted = await wantedBy(parts, serviceId);
      const { calendar } = await found(practitionerId);
      const full = caller !== null && (await keeps(practitioners, caller, practitionerId));
      const asked = at === undefined ? { date, time } : Date.parse(at);
      const near = typeof asked === 'number' ? asked : Date.parse(`${date}T${time}:00Z`);
      // The wall time of a zone is within a day of UTC, and an appointment lasts up to a day.
      const occupancy = await takenOf(database, practitionerId, cellRangeOf(near - 2 * DAY, near + 4 * DAY));
      const situation = { now: Date.now(), limits: schedules.limits(), occupancy, ...wanted };
      const { free, places, start, reasons } = inRange('query.at', () => explain(calendar, { ...situation, at: asked }));
      return {
        ...{ free, places, startsAt: start === null ? null : new Date(start).toISOString() },
        reasons: reasons.map(({ code, until, ruleId }) => ({
          code,
          ...(until !== undefined && { until: new Date(until).toISOString() }),
          ...(full && ruleId !== undefined && { ruleId }),
        })),
      };
    },
  };
}

function slotView({ slot: { time, startsAt, endsAt }, places, reason }: SlotState): SlotDays['days'][number]['slots'][number] {
  return { time, startsAt, endsAt, available: places > 0, places, ...(reason && { reason }) };
}

/** Practitioners whose answers are kept, and answers for each. One of 600 slots takes 130 kB. */
const KEPT = 150;
const KEPT_EACH = 8;

interface Kept<T> {
  /** What the answers were made from. */
  current: Current;
  answers: Map<string, { minute: number; answer: Promise<T> }>;
}

/**
 * Keeps answers for as long as nothing they were made from has changed. Slots begin on whole minutes and so do the limits of
 * booking, so within a minute of the clock an answer stays true.
 */
function createAnswers(signals: Pick<Signals, 'on'>) {
  const kept = new Map<string, Kept<SlotDays>>();
  const figures = watchCache(signals, 'slots', keyedCache(kept));

  function keptOf(current: Current): Kept<SlotDays> {
    const { id, claims } = current.state;
    const held = kept.get(id);
    const same = held && held.current.calendar === current.calendar && held.current.state.claims === claims;
    const entry = same ? held : { current, answers: new Map() };
    // The last in the order of use.
    kept.delete(id);
    for (const oldest of kept.keys()) if (kept.size >= KEPT) kept.delete(oldest);
    kept.set(id, entry);
    return entry;
  }

  return {
    of(current: Current, key: string, build: () => Promise<SlotDays>): Promise<SlotDays> {
      // Nothing counts the bookings of somebody whose hours were never changed.
      if (current.state.version === 0) return build();
      const { answers } = keptOf(current);
      const minute = Math.ceil(Date.now() / MINUTE);
      const known = answers.get(key);
      if (known?.minute === minute) {
        figures.hits++;
        return known.answer;
      }
      figures.misses++;
      if (answers.size >= KEPT_EACH) answers.clear();
      const answer = build();
      answers.set(key, { minute, answer });
      answer.catch(() => answers.delete(key));
      return answer;
    },
  };
}
