import { inflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { checkMedicines, type Rule } from '#src/medicines/check.ts';
import { prescriptionPdf } from '#src/prescriptions/pdf.ts';

const rule = (kind: Rule['kind'], ingredient: string, against: string, severity: Rule['severity']): Rule => ({
  ...{ id: `${ingredient}/${against}`, kind, ingredient, against, severity },
  ...{ reasonZh: '理由', reasonEn: 'a reason' },
});
const rules = [
  rule('drug', 'warfarin', 'aspirin', 'severe'),
  rule('drug', 'aspirin', 'ibuprofen', 'mild'),
  rule('allergy', 'penicillins', 'penicillin', 'severe'),
  rule('condition', 'metformin', 'renal-failure', 'severe'),
  rule('condition', 'ibuprofen', 'ulcer', 'mild'),
];
const terms = new Map([
  ['青霉素', ['penicillin']],
  ['penicillin', ['penicillin']],
  ['肾衰', ['renal-failure']],
  ['溃疡', ['ulcer']],
]);
const medicine = (name: string, ...ingredients: string[]) => ({ id: name, name, ingredients });
const check = (names: ReturnType<typeof medicine>[], facts: { allergies?: string[]; conditions?: string[] } = {}) =>
  checkMedicines(names, rules, { allergies: facts.allergies ?? [], conditions: facts.conditions ?? [] }, terms).map(
    ({ ruleId, severity, medicineIds }) => [ruleId, severity, [...medicineIds].sort().join(' ')],
  );

const warfarin = medicine('华法林', 'warfarin');
const aspirin = medicine('阿司匹林', 'aspirin');
const ibuprofen = medicine('布洛芬', 'ibuprofen');
const amoxicillin = medicine('阿莫西林', 'amoxicillin', 'penicillins');
const metformin = medicine('二甲双胍', 'metformin');

describe('checkMedicines()', () => {
  test.each([
    ['nothing speaks against one medicine', [aspirin], {}, []],
    ['two medicines, in whichever order', [aspirin, warfarin], {}, [['warfarin/aspirin', 'severe', '华法林 阿司匹林']]],
    [
      'severe ones come first',
      [aspirin, ibuprofen, warfarin],
      {},
      [
        ['warfarin/aspirin', 'severe', '华法林 阿司匹林'],
        ['aspirin/ibuprofen', 'mild', '布洛芬 阿司匹林'],
      ],
    ],
    [
      'an allergy in Chinese words',
      [amoxicillin],
      { allergies: ['对青霉素过敏（皮试阳性）'] },
      [['penicillins/penicillin', 'severe', '阿莫西林']],
    ],
    [
      'an allergy in full-width letters',
      [amoxicillin],
      { allergies: ['ＰＥＮＩＣＩＬＬＩＮ'] },
      [['penicillins/penicillin', 'severe', '阿莫西林']],
    ],
    ['an allergy is no condition', [amoxicillin], { conditions: ['青霉素'] }, []],
    ['a condition', [metformin], { conditions: ['慢性肾衰竭3期'] }, [['metformin/renal-failure', 'severe', '二甲双胍']]],
    ['another condition does not matter', [metformin], { conditions: ['胃溃疡'] }, []],
  ])('%s', (_title, medicines, facts, expected) => {
    expect(check(medicines, facts)).toEqual(expected);
  });

  test('the same main ingredient twice is a warning', () => {
    const hits = check([aspirin, medicine('拜阿司匹灵', 'aspirin')]);
    expect(hits).toEqual([['duplicate:aspirin', 'mild', '拜阿司匹灵 阿司匹林']]);
  });
});

test('prescriptionPdf() holds its Chinese text as text, on as many pages as it needs', async () => {
  const item = {
    ...{ medicineId: 'm', name: '苯磺酸氨氯地平片', specification: '5mg×28片', unit: '盒', dose: 5, doseUnit: 'mg' as const },
    ...{ frequency: 'qd' as const, route: 'oral' as const, days: 14, quantity: 2, note: '早晨服用' },
  };
  const paper = {
    ...{ prescriptionNo: 'RX202611260001', clinic: '问诊 Wenzhen', doctorName: '林医生', reviewerName: '赵药师' },
    ...{ createdAt: '2026-11-26T01:00:00.000Z', reviewedAt: '2026-11-26T02:00:00.000Z', zone: 'Asia/Shanghai' },
    sheet: { name: '王敏', sex: 'female' as const, birthDate: '1990-01-02' },
    diagnoses: [{ system: 'ICD-10' as const, code: 'I10', name: '原发性高血压', primary: true, suspected: false }],
    warnings: [],
    verifyUrl: 'https://clinic.test/verify/abc',
  };
  const one = await prescriptionPdf({ ...paper, items: [item] });
  const many = await prescriptionPdf({ ...paper, items: Array.from({ length: 20 }, () => item) });
  const pages = (pdf: Buffer) => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length;
  expect([pages(one), pages(many)]).toEqual([1, 3]);
  const unicode = [...one.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g)]
    .map(([, stream = '']) => {
      try {
        return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
      } catch {
        return '';
      }
    })
    .filter((text) => text.includes('beginbfrange') || text.includes('beginbfchar'))
    .join('');
  for (const letter of '王敏氨氯地平') expect(unicode).toContain(letter.charCodeAt(0).toString(16));
});
