/** Which appointments there are, and what became of each; the rows come from `booked.ts` and `clinical.ts`. */
import { dayNumber } from '#src/database/sequence.ts';
import type { Patient, Visitor } from './patients.ts';
import { DAY, HOUR, MINUTE, type SeedParts, sizesOf } from './plan.ts';
import { type Clinic, type Practitioner, type Service, slotsOf } from './staff.ts';

/** `expired`: nobody paid; `called_off`: paid and given back; `missed`: the patient did not come. */
export type Fate = 'pending' | 'confirmed' | 'in_progress' | 'completed' | 'missed' | 'called_off' | 'expired';

export interface Visit {
  id: string;
  orderId: string;
  fate: Fate;
  practitioner: Practitioner;
  patient: Patient;
  visitor: Visitor;
  service: Service;
  /** In fen. */
  price: number;
  startsAt: number;
  endsAt: number;
  bookedAt: number;
  /** For `pending` and `expired`: when the hold ends. */
  expiresAt: number;
  /** The order was paid and the place confirmed. */
  paidAt: number | null;
  /** Set when its payment is written. */
  paymentId: string | null;
  cancelledAt: number | null;
  startedAt: number | null;
  completedAt: number | null;
  /** Numbers that people read, given in the order of what they count. */
  appointmentNo: string;
  orderNo: string;
  queueDay: string | null;
  queueNo: number | null;
}

const PAST_DAYS = 180;
const COMING_DAYS = 21;
/** Of all appointments. */
const COMING_SHARE = 0.12;
const RUNNING = 3;
const PENDING = 30;

/** In the order of their starts. */
export function planVisits(parts: SeedParts, clinic: Clinic, patients: readonly Patient[], sequences: Sequences): Visit[] {
  const { appointments } = sizesOf(parts.options.scale);
  const at = parts.options.at.getTime();
  const slots = clinic.practitioners.flatMap((practitioner) =>
    slotsOf(parts, practitioner, PAST_DAYS, COMING_DAYS).map((startsAt) => ({ practitioner, startsAt })),
  );
  const coming = Math.round(appointments * COMING_SHARE);
  const past = take(
    parts,
    slots.filter(({ startsAt }) => startsAt < at - HOUR),
    appointments - coming,
  );
  // Nobody can book what begins within the notice.
  const later = take(
    parts,
    slots.filter(({ startsAt }) => startsAt > at + HOUR),
    coming,
  );
  const busy = new Set<string>();
  const drawn = [...past.map((slot) => ({ slot, fates: PAST })), ...later.map((slot) => ({ slot, fates: COMING }))];
  const visits = drawn.map(({ slot, fates }) => drawVisit(parts, { clinic, patients, busy, slot, fate: parts.chance.weighted(fates) }));
  showEveryState(parts, visits);
  number(parts, visits, sequences);
  return visits.toSorted((a, b) => a.startsAt - b.startsAt);
}

interface Slot {
  practitioner: Practitioner;
  startsAt: number;
}

const take = ({ chance }: SeedParts, slots: readonly Slot[], count: number): Slot[] => {
  if (slots.length < count) throw new RangeError(`the hours of the practitioners hold ${slots.length} appointments, not ${count}`);
  return chance
    .shuffled(slots)
    .slice(0, count)
    .toSorted((a, b) => a.startsAt - b.startsAt);
};

const PAST: readonly (readonly [Fate, number])[] = [
  ...([
    ['completed', 82],
    ['missed', 3],
    ['called_off', 10],
    ['expired', 5],
  ] as const),
];
const COMING: readonly (readonly [Fate, number])[] = [
  ...([
    ['confirmed', 92],
    ['called_off', 6],
    ['expired', 2],
  ] as const),
];

interface Draw {
  clinic: Clinic;
  patients: readonly Patient[];
  /** Who is at a visit when. */
  busy: Set<string>;
  slot: Slot;
  fate: Fate;
}

function drawVisit(parts: SeedParts, { clinic, patients, busy, slot, fate }: Draw): Visit {
  const { chance, options } = parts;
  const { practitioner, startsAt } = slot;
  const { patient, visitor } = drawPatient(parts, patients, busy, slot);
  const key = practitioner.counselor ? 'talk' : chance.one(0.7) ? 'first' : 'again';
  const service = clinic.services.get(key) as Service;
  const price = key === 'first' ? practitioner.price : service.price;
  const at = options.at.getTime();
  const soonest = Math.min(startsAt - 3 * HOUR, at - HOUR);
  const bookedAt = Math.max(soonest - Math.floor(chance.next() ** 2 * 10 * DAY), startsAt - 59 * DAY);
  const expiresAt = bookedAt + parts.settings.get('appointments.holdMinutes') * MINUTE;
  const visit: Visit = {
    ...{ id: chance.id(bookedAt), orderId: chance.id(bookedAt + 1), fate, practitioner, patient, visitor, service, price },
    ...{ startsAt, endsAt: startsAt + service.minutes * MINUTE, bookedAt, expiresAt },
    ...{ paidAt: null, cancelledAt: null, startedAt: null, completedAt: null },
    ...{ paymentId: null, appointmentNo: '', orderNo: '', queueDay: null, queueNo: null },
  };
  return { ...visit, ...becomes(parts, visit) };
}

/** Somebody of the age and sex that the department is for, who is nowhere else at that time. */
function drawPatient({ chance }: SeedParts, patients: readonly Patient[], busy: Set<string>, { practitioner, startsAt }: Slot) {
  const [youngest, oldest] = practitioner.ages;
  const women = practitioner.conditions.some(({ icd }) => icd.startsWith('N9'));
  for (let tries = 0; ; tries++) {
    const patient = chance.pick(patients);
    const visitor = chance.pick(patient.visitors);
    const age = (startsAt - Date.parse(visitor.birthDate)) / (365.25 * DAY);
    const fits = (age >= youngest && age <= oldest + 1 && (!women || visitor.sex === 'female')) || tries > 200;
    const key = `${visitor.profileId} ${startsAt}`;
    if (!fits || busy.has(key)) continue;
    busy.add(key);
    return { patient, visitor };
  }
}

type Times = Pick<Visit, 'paidAt' | 'cancelledAt' | 'startedAt' | 'completedAt'>;

/** When what happened to a visit did. */
function becomes({ chance, options }: SeedParts, { fate, bookedAt, expiresAt, startsAt }: Visit): Times {
  const none = { paidAt: null, cancelledAt: null, startedAt: null, completedAt: null };
  if (fate === 'pending') return none;
  if (fate === 'expired') return { ...none, cancelledAt: expiresAt + chance.between(0, 2_000) };
  const paid = { ...none, paidAt: bookedAt + Math.floor((0.1 + 0.5 * chance.next()) * (expiresAt - bookedAt)) };
  if (fate === 'confirmed') return paid;
  if (fate === 'called_off') {
    const latest = Math.max(paid.paidAt, Math.min(startsAt - 2 * HOUR - MINUTE, options.at.getTime() - MINUTE));
    return { ...paid, cancelledAt: paid.paidAt + Math.floor(chance.next() * (latest - paid.paidAt)) };
  }
  if (fate === 'missed') return { ...paid, completedAt: startsAt + chance.between(15, 25) * MINUTE };
  const startedAt = startsAt + chance.between(0, 360) * 1_000;
  if (fate === 'in_progress') return { ...paid, startedAt };
  return { ...paid, startedAt, completedAt: startedAt + chance.between(12, 28) * MINUTE };
}

/** Some visits run at present, and some places are held for a payment. */
function showEveryState(parts: SeedParts, visits: Visit[]): void {
  const { chance, options } = parts;
  const at = options.at.getTime();
  const turn = (visit: Visit, change: Partial<Visit>): void => {
    Object.assign(visit, change);
    Object.assign(visit, becomes(parts, visit));
  };
  const done = visits.filter(({ fate }) => fate === 'completed').toSorted((a, b) => b.startsAt - a.startsAt);
  const running = new Map(done.slice(0, RUNNING * 4).map((visit) => [visit.practitioner.id, visit]));
  [...running.values()].slice(0, RUNNING).forEach((visit) => turn(visit, { fate: 'in_progress' }));
  const holdMs = parts.settings.get('appointments.holdMinutes') * MINUTE;
  const waiting = visits.filter(({ fate }) => fate === 'confirmed');
  const holders = new Set<string>();
  for (const visit of chance.shuffled(waiting)) {
    if (holders.size >= Math.max(2, Math.min(PENDING, waiting.length / 20))) break;
    if (holders.has(visit.patient.userId)) continue;
    holders.add(visit.patient.userId);
    const bookedAt = at - chance.between(1, Math.max(1, Math.floor(holdMs / MINUTE) - 5)) * MINUTE;
    const ids = { id: chance.id(bookedAt), orderId: chance.id(bookedAt + 1) };
    turn(visit, { fate: 'pending', bookedAt, expiresAt: bookedAt + holdMs, ...ids });
  }
}

/** Counts on from the numbers that were given before. */
export interface Sequences {
  next(name: string): number;
}

function number({ zone }: SeedParts, visits: Visit[], { next }: Sequences): void {
  for (const visit of visits.toSorted((a, b) => a.bookedAt - b.bookedAt)) {
    const day = dayNumber(new Date(visit.bookedAt), zone);
    visit.appointmentNo = `APT${day}${String(next(`appointment:${day}`)).padStart(4, '0')}`;
    visit.orderNo = `ORDER${day}${String(next(`order:${day}`)).padStart(3, '0')}`;
  }
  for (const visit of visits.filter(({ paidAt }) => paidAt !== null).toSorted((a, b) => (a.paidAt ?? 0) - (b.paidAt ?? 0))) {
    visit.queueDay = dayNumber(new Date(visit.startsAt), zone);
    visit.queueNo = next(`queue:${visit.practitioner.id}:${visit.queueDay}`);
  }
}
