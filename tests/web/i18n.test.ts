import { roomErrors } from '#rooms/errors.ts';
import { errors } from '#src/errors.ts';
import { en } from '../../web/src/i18n/en.ts';
import { zh } from '../../web/src/i18n/zh.ts';

type Texts = { [key: string]: string | Texts };

function flat(texts: Texts, prefix = ''): Record<string, string> {
  return Object.assign(
    {},
    ...Object.entries(texts).map(([key, value]) =>
      typeof value === 'string' ? { [prefix + key]: value } : flat(value, `${prefix}${key}.`),
    ),
  ) as Record<string, string>;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => String(match[1])).toSorted();

describe('texts', () => {
  const chinese = flat(zh);
  const english = flat(en);

  test('both languages have the same keys', () => {
    expect(Object.keys(english).toSorted()).toEqual(Object.keys(chinese).toSorted());
  });

  test('both languages fill in the same values', () => {
    for (const key of Object.keys(chinese)) expect([key, placeholders(english[key]!)]).toEqual([key, placeholders(chinese[key]!)]);
  });

  test('no text is empty but the one that the error code fills', () => {
    const empty = [chinese, english].flatMap((texts) => Object.keys(texts).filter((key) => texts[key] === ''));
    expect(empty).toEqual(['ended.refused.text', 'ended.refused.text']);
  });

  test('every error code of sockets and REST has a sentence', () => {
    const codes = Object.keys({ ...roomErrors, ...errors });
    expect(codes.filter((code) => !(code in zh.errors))).toEqual([]);
  });

  test('Chinese sentences use full-width punctuation', () => {
    const halfWidth = Object.entries(chinese).filter(([, text]) => /[一-鿿][,;:?!()]/.test(text));
    expect(halfWidth).toEqual([]);
  });
});
