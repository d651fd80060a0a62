/** People who do not exist: names, ID numbers and phones that look right and belong to nobody. */
import type { Chance } from './random.ts';

export type Sex = 'male' | 'female';

/** The most frequent family names, with their share in thousandths. */
const SURNAMES = [
  ...([
    ['王', 72],
    ['李', 71],
    ['张', 68],
    ['刘', 54],
    ['陈', 45],
    ['杨', 31],
    ['黄', 22],
    ['赵', 20],
    ['吴', 20],
    ['周', 19],
  ] as const),
  ...([
    ['徐', 15],
    ['孙', 15],
    ['马', 13],
    ['朱', 12],
    ['胡', 12],
    ['郭', 11],
    ['何', 11],
    ['林', 11],
    ['罗', 10],
    ['高', 10],
  ] as const),
  ...([
    ['郑', 9],
    ['梁', 9],
    ['谢', 8],
    ['宋', 8],
    ['唐', 8],
    ['许', 7],
    ['韩', 7],
    ['冯', 6],
    ['邓', 6],
    ['曹', 6],
  ] as const),
  ...([
    ['欧阳', 2],
    ['诸葛', 1],
    ['司马', 1],
    ['上官', 1],
  ] as const),
] as const;

const GIVEN: Record<Sex, { one: string; two: readonly string[] }> = {
  male: {
    one: '伟强磊军洋勇杰涛斌波辉刚健亮飞鹏浩宇毅峰',
    two: ['建国', '志强', '俊杰', '浩然', '子轩', '宇航', '文博', '明远', '天佑', '家豪', '国庆', '振华', '思远', '嘉诚', '晓东', '泽宇'],
  },
  female: {
    one: '芳娜敏静丽艳娟霞燕玲婷雪莹慧琳洁颖倩蕾岚',
    two: ['秀英', '桂兰', '雨桐', '欣怡', '梓涵', '思琪', '诗涵', '佳怡', '晓燕', '美玲', '雅静', '若曦', '春梅', '淑珍', '语嫣', '海燕'],
  },
};

export const surname = (chance: Chance): string => chance.weighted(SURNAMES);

export function givenName(chance: Chance, sex: Sex): string {
  const { one, two } = GIVEN[sex];
  return chance.one(0.3) ? chance.pick(Array.from(one)) : chance.pick(two);
}

/** Codes of whole provinces: people's numbers have those of counties, so that these belong to nobody although they are valid. */
const PROVINCES = ['110000', '310000', '320000', '330000', '370000', '420000', '440000', '510000', '610000'];
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A valid ID number (GB 11643) of 18 digits. @param order three digits that tell apart who was born on one day; odd: male */
export function idNumber(chance: Chance, birthDate: string, order: number): string {
  const body = `${chance.pick(PROVINCES)}${birthDate.replaceAll('-', '')}${String(order).padStart(3, '0')}`;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return `${body}${'10X98765432'[sum % 11]}`;
}

/** `YYYY-MM-DD` of somebody of this age at a time. */
export function birthDate(chance: Chance, at: number, [youngest, oldest]: readonly [number, number]): string {
  const born = new Date(at - chance.between(youngest * 365 + 1, oldest * 365) * 86_400_000);
  return born.toISOString().slice(0, 10);
}

/** A number in 154, which nobody was ever given: a message to it reaches nobody. E.164. */
export const phone = (number: number): string => `+86154${String(number).padStart(8, '0')}`;
