/** Patients: accounts, whom they book for, and what their doctors should know. */
import { detailsColumn } from '#src/health-profiles/model.ts';
import { bmiOf } from '#src/health-profiles/schemas.ts';
import { idNumberColumn, phoneColumn as profilePhoneColumn } from '#src/profiles/model.ts';
import { phoneColumn } from '#src/users/model.ts';
import { birthDate, givenName, idNumber, phone, type Sex, surname } from './people.ts';
import { DAY, type SeedParts, sizesOf } from './plan.ts';
import { ALLERGEN, FIRST_PATIENT_PHONE } from './staff.ts';

/** Somebody to book for. */
export interface Visitor {
  profileId: string;
  name: string;
  sex: Sex;
  birthDate: string;
  /** Keeps them from what is made of penicillin. */
  allergic: boolean;
}

export interface Patient {
  userId: string;
  name: string;
  /** As the home country writes it. */
  phone: string;
  since: number;
  /** Themselves first. */
  visitors: readonly Visitor[];
}

const ADULT = [18, 85] as const;
const CHILD = [1, 14] as const;

export function buildPatients(parts: SeedParts, passwordHash: string): Patient[] {
  return Array.from({ length: sizesOf(parts.options.scale).patients }, (_, index) => buildPatient(parts, index, passwordHash));
}

function buildPatient(parts: SeedParts, index: number, passwordHash: string): Patient {
  const { chance, rows, vault, options } = parts;
  const since = options.at.getTime() - chance.between(190, 390) * DAY - chance.between(0, DAY);
  const createdAt = new Date(since);
  const userId = chance.id(since);
  const sex = chance.one(0.45) ? 'male' : 'female';
  const family = surname(chance);
  const name = family + givenName(chance, sex);
  const number = phone(FIRST_PATIENT_PHONE + index);
  const account = `patient${String(index + 1).padStart(4, '0')}`;
  rows.add('users', {
    ...{ id: userId, account, name, passwordHash, status: chance.one(0.01) ? 'inactive' : 'active' },
    membershipLevel: chance.weighted([
      ['basic', 80],
      ['professional', 15],
      ['premium', 5],
    ]),
    ...{ phoneIndex: vault.index('phone', number), phoneSealed: vault.seal(phoneColumn, userId, number) },
    ...{ passwordChangedAt: createdAt, createdAt, updatedAt: createdAt },
  });
  rows.add('userRoles', { userId, roleKey: 'patient' });
  const allergic = chance.one(0.06);
  const base = { userId, createdAt, number };
  const self = buildVisitor(parts, base, { name, sex, ages: ADULT, relationship: 'self', allergic });
  const visitors = [self];
  if (chance.one(0.3)) {
    const childSex = chance.one(0.5) ? 'male' : 'female';
    const child = { name: family + givenName(chance, childSex), sex: childSex, ages: CHILD, relationship: 'family' } as const;
    visitors.push(buildVisitor(parts, base, { ...child, allergic: false }));
  }
  if (chance.one(0.6)) addHealth(parts, userId, createdAt, self);
  return { userId, name, phone: number.replace('+86', ''), since, visitors };
}

interface VisitorFacts {
  name: string;
  sex: Sex;
  ages: readonly [number, number];
  relationship: 'self' | 'family';
  allergic: boolean;
}

function buildVisitor(
  { chance, rows, vault, options }: SeedParts,
  { userId, createdAt, number }: { userId: string; createdAt: Date; number: string },
  { name, sex, ages, relationship, allergic }: VisitorFacts,
): Visitor {
  const id = chance.id(createdAt.getTime());
  const born = birthDate(chance, options.at.getTime(), ages);
  const order = chance.between(0, 498) * 2 + (sex === 'male' ? 1 : 2);
  const idText = idNumber(chance, born, order);
  rows.add('visitProfiles', {
    ...{ id, userId, name, relationship, birthDate: born, sex, defaultKey: relationship === 'self' ? userId : null },
    ...{ idNumberSealed: vault.seal(idNumberColumn, id, idText), idNumberIndex: vault.index('id-number', idText.slice(0, 17)) },
    phoneSealed: vault.seal(profilePhoneColumn, id, number),
    ...{ createdAt, updatedAt: createdAt },
  });
  return { profileId: id, name, sex, birthDate: born, allergic };
}

function addHealth({ chance, rows, vault }: SeedParts, userId: string, createdAt: Date, { sex, allergic }: Visitor): void {
  const height = chance.between(sex === 'male' ? 162 : 152, sex === 'male' ? 186 : 174);
  const weight = Math.round(((height - 100) * chance.between(80, 115)) / 100);
  const details = {
    allergyInfo: null,
    allergies: allergic ? [{ substance: ALLERGEN, reaction: '皮疹', severe: true }] : [],
    chronicDiseases: chance.one(0.2) ? [{ name: '高血压', since: createdAt.getUTCFullYear() - chance.between(1, 15) }] : [],
    familyHistory: chance.one(0.25) ? [{ relation: chance.pick(['父亲', '母亲']), disease: chance.pick(['高血压', '2 型糖尿病']) }] : [],
    emergencyContact: null,
  };
  rows.add('healthProfiles', {
    ...{ userId, height, weight, bmi: bmiOf({ height, weight }), hasAllergy: allergic },
    bloodType: chance.weighted([
      ['O', 34],
      ['A', 31],
      ['B', 28],
      ['AB', 7],
    ]),
    detailsSealed: detailsColumn.seal(vault, userId, details),
    ...{ version: 1, createdAt, updatedAt: createdAt },
  });
}
