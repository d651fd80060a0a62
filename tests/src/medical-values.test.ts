import { DataTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { valueColumn } from '#src/database/value-column.ts';
import { diagnoses, diagnosis } from '#src/medical/diagnosis.ts';
import { dailyAmount, dosage } from '#src/medical/dosage.ts';
import { recordContent, recordExample } from '#src/medical/record-content.ts';
import { bloodPressure, vitals } from '#src/medical/vitals.ts';
import { describeDatabases } from '#tests/support/databases.ts';

const good = (schema: z.ZodType, value: unknown) => expect([value, schema.safeParse(value).success]).toEqual([value, true]);
const bad = (schema: z.ZodType, value: unknown) => expect([value, schema.safeParse(value).success]).toEqual([value, false]);

test('blood pressure is a plausible pair', () => {
  good(bloodPressure, { systolic: 120, diastolic: 80 });
  for (const value of [
    { systolic: 80, diastolic: 120 },
    { systolic: 120 },
    { systolic: 120.5, diastolic: 80 },
    { systolic: 999, diastolic: 80 },
    '120/80',
  ])
    bad(bloodPressure, value);
  good(vitals, { temperature: 36.6, oxygenSaturation: 98 });
  bad(vitals, { temperature: 36.65 });
  bad(vitals, { temperature: 366 });
});

test('a dosage has amount, unit, frequency and route', () => {
  const value = { amount: 0.0625, unit: 'mg', frequency: 'bid', route: 'oral', days: 14 };
  good(dosage, value);
  for (const wrong of [
    { amount: 0 },
    { amount: 0.00001 },
    { unit: 'spoon' },
    { frequency: 'often' },
    { route: 'x' },
    { days: 0 },
    { more: 1 },
  ])
    bad(dosage, { ...value, ...wrong });
  expect(dailyAmount({ amount: 0.5, frequency: 'tid' })).toBe(1.5);
  expect(dailyAmount({ amount: 5, frequency: 'prn' })).toBeNull();
});

test('a diagnosis has a code of its system; a list has one primary and no code twice', () => {
  const one = (system: string, code: string) => ({ system, code, name: 'n' });
  for (const [system, code] of [
    ['ICD-10', 'I10'],
    ['ICD-10', 'I10.x00x002'],
    ['ICD-10', 'G06.0*'],
    ['ICD-11', 'BA00.Z'],
    ['TCM', 'A01.01.01'],
    ['TCM', 'BNG010'],
  ])
    good(diagnosis, one(system!, code!));
  for (const [system, code] of [
    ['ICD-10', 'i10'],
    ['ICD-10', '110'],
    ['ICD-10', 'I10; DROP'],
    ['ICD-11', 'BO00'],
    ['TCM', '1'],
    ['SNOMED', 'I10'],
  ])
    bad(diagnosis, one(system!, code!));
  good(diagnoses, [{ ...one('ICD-10', 'I10'), primary: true }, one('ICD-10', 'E11')]);
  bad(diagnoses, [
    { ...one('ICD-10', 'I10'), primary: true },
    { ...one('ICD-10', 'E11'), primary: true },
  ]);
  bad(diagnoses, [one('ICD-10', 'I10'), one('ICD-10', 'I10')]);
});

test('a record has each section once', () => {
  good(recordContent, recordExample);
  bad(recordContent, { sections: [] });
  bad(recordContent, {
    sections: [
      { key: 'advice', text: 'a' },
      { key: 'advice', text: 'b' },
    ],
  });
  good(recordContent, {
    sections: [
      { key: 'other', title: 'a', text: 'a' },
      { key: 'other', title: 'b', text: 'b' },
    ],
  });
  bad(recordContent, { sections: [{ key: 'advice', text: 'bell\u0007' }] });
});

describeDatabases('value columns', (open) => {
  let database: Database;
  beforeAll(async () => {
    database = await open();
  });

  test('keep medical values through create, update and conditions, and refuse what is none', async () => {
    const { sequelize } = database;
    const model = sequelize.define(
      'measurement',
      {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        pressure: valueColumn('pressure', bloodPressure),
        dose: valueColumn('dose', dosage),
        found: valueColumn('found', diagnoses),
        content: valueColumn('content', recordContent),
      },
      { timestamps: false },
    );
    await sequelize.query('CREATE TABLE measurements (id INTEGER PRIMARY KEY, pressure TEXT, dose TEXT, found TEXT, content TEXT)');
    const content = recordContent.parse({
      ...recordExample,
      sections: [{ key: 'advice', text: '行1\n行2 "quoted" O\'Neill \\ 😀 %_' }],
    });
    const values = {
      pressure: { systolic: 121, diastolic: 79 },
      dose: { amount: 0.1, unit: 'mg', frequency: 'qd', route: 'oral' },
      found: content.diagnoses,
      content,
    };
    await model.create({ id: 1, ...values });
    await model.bulkCreate([{ id: 2, ...values, dose: null }]);
    expect((await model.findByPk(1))?.get()).toEqual({ id: 1, ...values });
    expect((await model.findByPk(2))?.get('dose')).toBeNull();
    await model.update({ pressure: { systolic: 140, diastolic: 90 } }, { where: { id: 1 } });
    const row = await model.findByPk(1);
    expect(row?.get('pressure')).toEqual({ systolic: 140, diastolic: 90 });
    await row?.update({ dose: { ...values.dose, amount: 0.3 } });
    await row?.reload();
    expect(row?.get('dose')).toEqual({ ...values.dose, amount: 0.3 });
    await expect(model.create({ id: 3, pressure: { systolic: 1, diastolic: 2 } })).rejects.toThrow();
    await expect(model.update({ found: [{ system: 'ICD-10', code: 'x', name: 'n' }] }, { where: { id: 1 } })).rejects.toThrow();
    await sequelize.query("UPDATE measurements SET pressure = '{}' WHERE id = 2");
    const broken = await model.findByPk(2);
    expect(() => broken?.get('pressure')).toThrow();
    await model.drop();
  });
});
