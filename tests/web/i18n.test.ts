import { globSync } from 'node:fs';
import path from 'node:path';
import { roomErrors } from '#rooms/errors.ts';
import { errors } from '#src/errors.ts';
import { settingKeys } from '#src/settings/catalogue.ts';
import { permissionNames } from '#src/permissions/catalogue.ts';
import { grouped, textKeyOf } from '../../web/src/clinic/roles/permission-groups.ts';
import { errors as clinicErrors } from '../../web/src/clinic/texts/errors.zh.ts';
import { permissions } from '../../web/src/clinic/texts/permissions.zh.ts';
import { settings as settingNames } from '../../web/src/clinic/texts/settings.zh.ts';
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

/** What a file of texts exports, whatever its name. */
async function tableOf(file: string): Promise<Record<string, string>> {
  return flat(Object.assign({}, ...Object.values((await import(file)) as Record<string, Texts>)) as Texts);
}

const folder = path.join(import.meta.dirname, '../../web/src');
/** The pages' own texts, and an area of the clinic each. */
const areas = globSync('clinic/texts/*.zh.ts', { cwd: folder }).map((file) => path.join(folder, file));
const tables = [
  { area: 'pages', chinese: flat(zh), english: flat(en) },
  ...(await Promise.all(
    areas.map(async (file) => ({
      area: path.basename(file, '.zh.ts'),
      chinese: await tableOf(file),
      english: await tableOf(file.replace('.zh.ts', '.en.ts')),
    })),
  )),
];

describe.each(tables)('texts: $area', ({ area, chinese, english }) => {
  test('both languages have the same keys', () => {
    expect(Object.keys(english).toSorted()).toEqual(Object.keys(chinese).toSorted());
  });

  test('both languages fill in the same values', () => {
    for (const key of Object.keys(chinese)) expect([key, placeholders(english[key]!)]).toEqual([key, placeholders(chinese[key]!)]);
  });

  test('no text is empty but the one that the error code fills', () => {
    const empty = [chinese, english].flatMap((texts) => Object.keys(texts).filter((key) => texts[key] === ''));
    expect(empty).toEqual(area === 'pages' ? ['ended.refused.text', 'ended.refused.text'] : []);
  });

  test('Chinese sentences use full-width punctuation', () => {
    const halfWidth = Object.entries(chinese).filter(([, text]) => /[一-鿿][,;:?!()]/.test(text));
    expect(halfWidth).toEqual([]);
  });
});

test('every error code of sockets and REST has a sentence', () => {
  const codes = Object.keys({ ...roomErrors, ...errors });
  expect(codes.filter((code) => !(code in zh.errors) && !(code in clinicErrors))).toEqual([]);
});

test('every permission has a sentence and a group', () => {
  expect(permissionNames.filter((name) => !Object.hasOwn(permissions.names, textKeyOf(name)))).toEqual([]);
  expect(
    grouped(permissionNames)
      .flatMap(({ names }) => names)
      .toSorted(),
  ).toEqual([...permissionNames].toSorted());
});

test('every parameter has a name', () => {
  expect(Object.keys(flat(settingNames)).toSorted()).toEqual(settingKeys.toSorted());
});
