/** Who is free when (SCH-04, 05): times of a date over all practitioners, people for a period, and the best matches for wishes. */
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import { calendarTime } from '#src/plugins/fields.ts';
import type { AvailabilityPort } from '#src/practitioners/ports.ts';
import { type Preference, rankMatches } from '#src/scheduling/matching.ts';
import type { SlotReason, SlotState } from '#src/scheduling/slot-state.ts';
import { DAY } from '#src/scheduling/wall-time.ts';
import { type Asked, candidates, datesAround, type Found } from './candidates.ts';
import { dateAt, type SchedulingParts } from './parts.ts';
import type * as schemas from './slot-schemas.ts';
import { type Wanted, wantedBy } from './slots.ts';

type Available = z.infer<typeof schemas.availableSlots>;
type Matches = z.infer<typeof schemas.matchList>;

export interface Finding extends AvailabilityPort {
  /** Each time of a date at which somebody is there, once. @throws {ApiError} `unknown_service` */
  available(query: z.infer<typeof schemas.availableQuery>): Promise<Available>;
  /** @throws {ApiError} `unknown_service`, `invalid_request` */
  free(query: z.infer<typeof schemas.freeQuery>): Promise<z.infer<typeof schemas.freeList>>;
  /** Smart booking: the best pairs of practitioner and slot. @throws {ApiError} `unknown_service`, `invalid_request` */
  matches(query: z.infer<typeof schemas.matchQuery>): Promise<Matches>;
}

/** Longest period of one question. */
const LONGEST_MS = 31 * DAY;
/** How far ahead is looked for somebody without wishes. */
const AHEAD_MS = 14 * DAY;
/** How far around a wish something may lie. */
const AROUND_MS = 3 * DAY;
const MOST_WISHES = 5;
/** Longest period over which wishes are looked for; with the dates around it 62 days. */
const MOST_MS = 60 * DAY;
/** Of one practitioner in the answer to a search of matches. */
const PER_PRACTITIONER = 3;

export function createFinding(parts: SchedulingParts): Finding {
  const { settings } = parts;

  return {
    async freeBetween(from, to) {
      // What cannot be booked yet is free for nobody.
      const last = Math.min(to.getTime(), Date.now() + (settings.get('appointments.maxDaysAhead') + 1) * DAY, from.getTime() + LONGEST_MS);
      const ids = new Set<string>();
      if (last <= from.getTime()) return ids;
      for await (const found of freeIn(parts, from, new Date(last), {})) for (const { practitionerId } of found) ids.add(practitionerId);
      return ids;
    },

    async available({ serviceId, date, ...who }) {
      const wanted = await wantedBy(parts, serviceId);
      const times = new Map<number, Time>();
      for await (const found of candidates(parts, { ...who, ...wanted, from: date, until: date })) collect(times, found);
      const slots = [...times].toSorted(([a], [b]) => a - b).map(([, time]) => timeView(time));
      return { date, slots };
    },

    async free({ from, to, departmentId, serviceId }) {
      const [start, until] = [new Date(from), new Date(to)];
      const span = until.getTime() - start.getTime();
      if (span <= 0 || span > LONGEST_MS) throw wrongField('query.to', 'must be after from, by at most 31 days');
      const asked = { departmentId, ...(await wantedBy(parts, serviceId)) };
      const items: z.infer<typeof schemas.freeList>['items'] = [];
      for await (const found of freeIn(parts, start, until, asked)) items.push(...found.map(freeView));
      return { items: items.toSorted((a, b) => (a.firstStartsAt < b.firstStartsAt ? -1 : 1)) };
    },

    matches: (query) => matches(parts, query),
  };
}

/** Free slots of everybody that begin in a period. */
async function* freeIn(
  parts: SchedulingParts,
  from: Date,
  until: Date,
  asked: Wanted & Pick<Asked, 'departmentId'>,
): AsyncGenerator<Found[]> {
  const within = ({ slot, places }: SlotState) => places > 0 && slot.start >= from.getTime() && slot.start < until.getTime();
  for await (const found of candidates(parts, { ...asked, ...datesAround(from, until) })) {
    yield found.map((one) => ({ ...one, slots: one.slots.filter(within) })).filter(({ slots }) => slots.length > 0);
  }
}

function freeView({ practitionerId, name, departmentId, slots }: Found): z.infer<typeof schemas.freeList>['items'][number] {
  return { practitionerId, name, departmentId, freeSlots: slots.length, firstStartsAt: slots[0]?.slot.startsAt ?? '' };
}

async function matches(parts: SchedulingParts, { serviceId, prefer, limit, ...who }: z.infer<typeof schemas.matchQuery>): Promise<Matches> {
  const wanted = await wantedBy(parts, serviceId);
  const preferences = wishesOf(prefer);
  const period = periodOf(preferences, Date.now());
  if (!period) return { items: [] };
  const zone = parts.settings.get('clinic.zone');
  const asked = { ...who, ...wanted, from: dateAt(zone, period.from), until: dateAt(zone, period.until) };
  const people = new Map<string, Found>();
  for await (const found of candidates(parts, asked)) for (const one of found) people.set(one.practitionerId, one);
  const ranked = rankMatches([...people.values()], { preferences, limit, perPractitioner: PER_PRACTITIONER });
  const items = ranked.map(({ practitionerId, slot: { startsAt, endsAt }, places, preference, minutesOff }) => {
    const { name = '', departmentId = null } = people.get(practitionerId) ?? {};
    return { practitionerId, name, departmentId, startsAt, endsAt, places, preference, minutesOff: Math.ceil(minutesOff) };
  });
  return { items };
}

/** Where to look; null: all wishes lie in the past. @throws {ApiError} `invalid_request` */
function periodOf(wishes: readonly Preference[], now: number): Preference | null {
  if (wishes.length === 0) return { from: now, until: now + AHEAD_MS };
  const from = Math.max(now, Math.min(...wishes.map((wish) => wish.from)) - AROUND_MS);
  const until = Math.max(...wishes.map((wish) => wish.until)) + AROUND_MS;
  if (until - from > MOST_MS) throw wrongField('query.prefer', 'lie too far apart');
  return until > from ? { from, until } : null;
}

const wrongField = (field: string, message: string): ApiError => new ApiError('invalid_request', { details: [{ field, message }] });

/** @throws {ApiError} `invalid_request` */
function wishesOf(prefer: string | undefined): Preference[] {
  const wishes = (prefer?.split(',') ?? []).map((wish) => {
    const [from = Number.NaN, until = Number.NaN] = wish
      .split('/')
      .map((time) => (calendarTime.safeParse(time).success ? Date.parse(time) : Number.NaN));
    if (!(from < until)) throw wrongField('query.prefer', `is no period, from/until in UTC: ${wish.slice(0, 60)}`);
    return { from, until };
  });
  if (wishes.length > MOST_WISHES) throw wrongField('query.prefer', `names more than ${MOST_WISHES} periods`);
  return wishes;
}

/** One time of a date, over everybody who is there. */
interface Time {
  state: SlotState;
  free: number;
  /** Who is free, with the fewest appointments. */
  best: { practitionerId: string; booked: number } | null;
}

/** Of several reasons, the one that says most about the time is told. */
const telling: readonly SlotReason[] = ['fully_booked', 'held', 'too_soon', 'too_far', 'in_past', 'practitioner_disabled'];

function collect(times: Map<number, Time>, found: readonly Found[]): void {
  for (const { practitionerId, slots, booked } of found) {
    for (const state of slots) {
      const time = times.get(state.slot.start) ?? { state, free: 0, best: null };
      times.set(state.slot.start, time);
      if (state.places > 0) {
        time.free++;
        if (!time.best || booked < time.best.booked) time.best = { practitionerId, booked };
      } else if (rank(state) < rank(time.state)) time.state = state;
    }
  }
}

const rank = ({ reason }: SlotState): number => (reason ? telling.indexOf(reason) : telling.length);

const words: Record<SlotReason, string> = {
  fully_booked: '已约满',
  held: '他人正在支付',
  too_soon: '距就诊时间过近',
  too_far: '尚未开放预约',
  in_past: '已过时间',
  practitioner_disabled: '停诊',
};

function timeView({ state: { slot, reason }, free, best }: Time): Available['slots'][number] {
  const why = best || !reason ? {} : { reason, reasonText: words[reason] };
  return {
    time: slot.time,
    startsAt: slot.startsAt,
    available: best !== null,
    ...why,
    practitionerId: best?.practitionerId ?? null,
    practitioners: free,
  };
}
