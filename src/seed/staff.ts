/** The clinic itself: departments, those who work there and when, what can be booked and prescribed. */
import type { DateTime } from 'luxon';
import { hash } from '@node-rs/argon2';
import { emailColumn, phoneColumn } from '#src/users/model.ts';
import { indexTerms } from '#src/search/terms.ts';
import { type Condition, contraindications, departments, medicines, reviewTags, services, titles } from './catalogue.ts';
import { givenName, phone, type Sex, surname } from './people.ts';
import { DAY, daysAround, HOUR, MINUTE, type SeedParts, sizesOf } from './plan.ts';

export interface Person {
  id: string;
  name: string;
  sex: Sex;
  /** E.164 */
  phone: string;
}

export interface Practitioner extends Person {
  userId: string;
  counselor: boolean;
  conditions: readonly Condition[];
  ages: readonly [number, number];
  /** Of a first visit, in fen. */
  price: number;
  weekdays: readonly number[];
  windows: readonly (readonly [string, string])[];
}

export interface Service {
  id: string;
  key: (typeof services)[number]['key'];
  name: string;
  price: number;
  minutes: number;
}

export interface Clinic {
  practitioners: readonly Practitioner[];
  pharmacists: readonly string[];
  administrator: string;
  services: ReadonlyMap<string, Service>;
  /** Code → id and what stands on a prescription. */
  medicines: ReadonlyMap<string, { id: string; entry: (typeof medicines)[number] }>;
  tags: readonly string[];
  passwordHash: string;
}

/** When the clinic opened. */
const openedAt = ({ options }: SeedParts): Date => new Date(options.at.getTime() - 400 * DAY);

export async function buildClinic(parts: SeedParts): Promise<Clinic> {
  const { chance, options } = parts;
  // One hash for everybody: 2,000 of them would take a minute.
  const passwordHash = await hash(options.password, { salt: chance.bytes(16) });
  const account = createAccounts(parts, passwordHash);
  const administrator = account('seed.admin', 'administrator').id;
  account('seed.service', 'service_staff');
  const pharmacists = ['pharmacist01', 'pharmacist02'].map((name) => account(name, 'pharmacist').id);
  const sold = buildServices(parts);
  const practitioners = buildPractitioners(parts, account, { administrator, service: sold.get('first') as Service });
  return {
    ...{ administrator, pharmacists, practitioners, services: sold, passwordHash },
    medicines: await buildPharmacy(parts),
    tags: buildTags(parts),
  };
}

type Account = (name: string, role: 'administrator' | 'service_staff' | 'pharmacist' | 'doctor' | 'counselor', sex?: Sex) => Person;

/** Numbers of staff; patients come behind them. */
export const FIRST_PATIENT_PHONE = 10_000;

function createAccounts(parts: SeedParts, passwordHash: string): Account {
  const { chance, rows, vault } = parts;
  const createdAt = openedAt(parts);
  let staff = 0;
  return (account, role, sex = chance.one(0.5) ? 'male' : 'female') => {
    const id = chance.id(createdAt.getTime());
    const name = surname(chance) + givenName(chance, sex);
    const number = phone(++staff);
    const email = `${account}@clinic.invalid`;
    const sealed = {
      ...{ phoneIndex: vault.index('phone', number), phoneSealed: vault.seal(phoneColumn, id, number) },
      ...{ emailIndex: vault.index('email', email), emailSealed: vault.seal(emailColumn, id, email) },
    };
    const times = { passwordChangedAt: createdAt, createdAt, updatedAt: createdAt };
    const staffNo = `g${String(staff).padStart(4, '0')}`;
    rows.add('users', { id, account, name, staffNo, passwordHash, status: 'active', ...sealed, ...times });
    rows.add('userRoles', { userId: id, roleKey: role });
    return { id, name, sex, phone: number };
  };
}

function buildPractitioners(
  parts: SeedParts,
  account: Account,
  { administrator, service }: { administrator: string; service: Service },
): Practitioner[] {
  const { chance, rows, options } = parts;
  const since = openedAt(parts);
  const stamps = { createdAt: since, updatedAt: since };
  const { practitioners: count } = sizesOf(options.scale);
  const ids = departments.map(({ code, name }, sortOrder) => {
    const id = chance.id(since.getTime());
    rows.add('departments', { id, code, name, description: `${name}门诊`, enabled: true, sortOrder, ...stamps });
    return id;
  });
  return Array.from({ length: count }, (_, index) => {
    const place = index % departments.length;
    const department = departments[place] as (typeof departments)[number];
    const counselor = department.code === 'XLK' && index >= departments.length;
    const number = String(index + 1).padStart(2, '0');
    const person = account(counselor ? `counselor${number}` : `doctor${number}`, counselor ? 'counselor' : 'doctor');
    const [title, price] = counselor ? (['二级心理咨询师', services[2].price] as const) : chance.pick(titles);
    const id = chance.id(since.getTime());
    const { name, specialities } = { name: person.name, specialities: department.specialities };
    rows.add('practitioners', {
      ...{ id, userId: person.id, kind: counselor ? 'counselor' : 'doctor', name, title, departmentId: ids[place] ?? null },
      introduction: `从事${department.name}临床 ${chance.between(6, 30)} 年，擅长${specialities.join('、')}的诊治。`,
      qualifications: [
        {
          name: '医师执业证书',
          number: `1${chance.between(10, 65)}0000${chance.between(10_000_000, 99_999_999)}`,
          issuer: null,
          issuedOn: null,
        },
      ],
      ...{ price, enabled: true, reviewState: 'approved', version: 3, ...stamps },
    });
    rows.add('specialities', ...specialities.map((speciality) => ({ practitionerId: id, speciality })));
    rows.add('searchTerms', ...indexTerms([name, title, ...specialities]).map((term) => ({ kind: 'practitioner', term, subjectId: id })));
    const steps = [
      { fromState: 'draft', toState: 'submitted', actorId: person.id },
      { fromState: 'submitted', toState: 'approved', actorId: administrator },
    ] as const;
    steps.forEach((step, day) => {
      const at = new Date(since.getTime() + day * DAY);
      rows.add('practitionerReviews', { id: chance.id(at.getTime()), practitionerId: id, reason: null, ...step, createdAt: at });
    });
    if (!counselor && price !== service.price)
      rows.add('priceConfigs', {
        ...{ id: chance.id(since.getTime()), serviceId: service.id, practitionerId: id, membershipLevel: null, price },
        ...{ validFrom: since, validTo: null, createdBy: administrator, createdAt: since },
      });
    const hours = buildHours(parts, id, since);
    const { conditions, ages } = department;
    return { ...person, userId: person.id, id, counselor, conditions, ages, price: counselor ? services[2].price : price, ...hours };
  });
}

const WEEKS = [
  [1, 2, 3, 4, 5],
  [1, 3, 5, 6],
  [2, 4, 6, 7],
  [1, 2, 4, 5, 6],
] as const;
const WINDOWS = [
  ['08:30', '12:00'],
  ['14:00', '17:30'],
  ['19:00', '21:00'],
] as const;
const SLOT_MINUTES = 30;

function buildHours({ chance, rows, zone }: SeedParts, practitionerId: string, since: Date) {
  const weekdays = chance.pick(WEEKS);
  const windows = WINDOWS.filter((_, window) => window < 2 || chance.one(0.4));
  const slots = { slotMinutes: SLOT_MINUTES, gapMinutes: 0, capacity: 1, serviceType: null, validFrom: null, validUntil: null };
  for (const weekday of weekdays) {
    for (const [startTime, endTime] of windows) {
      const id = chance.id(since.getTime());
      rows.add('workRules', { id, practitionerId, weekday, startTime, endTime, zone, ...slots, createdAt: since, updatedAt: since });
    }
  }
  return { weekdays, windows };
}

/** Starts of somebody's slots on the days around the present, in ms. */
export function slotsOf(parts: SeedParts, { weekdays, windows }: Practitioner, before: number, behind: number): number[] {
  return daysAround(parts, before, behind)
    .filter(({ weekday }) => weekdays.includes(weekday))
    .flatMap((day) => windows.flatMap(([start, end]) => startsBetween(timeOn(day, start), timeOn(day, end))));
}

function timeOn(day: DateTime, time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return day.set({ hour, minute }).toMillis();
}

function startsBetween(from: number, until: number): number[] {
  return Array.from({ length: Math.floor((until - from) / (SLOT_MINUTES * MINUTE)) }, (_, slot) => from + slot * SLOT_MINUTES * MINUTE);
}

function buildServices(parts: SeedParts): Map<string, Service> {
  const since = openedAt(parts);
  return new Map(
    services.map(({ key, name, category, description, price, minutes }, sortOrder) => {
      const id = parts.chance.id(since.getTime());
      const times = { createdAt: since, updatedAt: since };
      parts.rows.add('services', { id, name, category, description, price, durationMinutes: minutes, isActive: true, sortOrder, ...times });
      return [key, { id, key, name, price, minutes }];
    }),
  );
}

async function buildPharmacy(parts: SeedParts): Promise<Clinic['medicines']> {
  const { chance, rows, database } = parts;
  const since = openedAt(parts);
  const stamps = { enabled: true, createdAt: since, updatedAt: since };
  const keyOf = (rule: { kind: string; ingredient: string; against: string }) => `${rule.kind} ${rule.ingredient} ${rule.against}`;
  // A clinic that has some of these rules already keeps its own.
  const known = new Set((await database.models.contraindications.findAll()).map(keyOf));
  for (const [kind, ingredient, against, severity, reasonZh, reasonEn] of contraindications) {
    const rule = { id: chance.id(since.getTime()), kind, ingredient, against, severity, reasonZh, reasonEn, ...stamps };
    if (!known.has(keyOf(rule))) rows.add('contraindications', rule);
  }
  if (!(await database.models.medicalTerms.findOne({ where: { term: ALLERGEN } })))
    rows.add('medicalTerms', { term: ALLERGEN, meaning: 'penicillin' });
  return new Map(
    medicines.map((entry) => {
      const { code, name, ingredients, specification, unit } = entry;
      const id = chance.id(since.getTime() + HOUR);
      const said = { code, name, nameEn: null, ingredients: [...ingredients], specification, unit };
      rows.add('medicines', { id, ...said, prescriptionOnly: true, ...stamps });
      return [code, { id, entry }];
    }),
  );
}

export const ALLERGEN = '青霉素';

function buildTags(parts: SeedParts): string[] {
  const createdAt = openedAt(parts);
  return reviewTags.map((name) => {
    const id = parts.chance.id(createdAt.getTime());
    parts.rows.add('reviewTags', { id, name, enabled: true, createdAt });
    return id;
  });
}
