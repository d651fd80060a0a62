import { measureSizes } from '#scripts/check/sizes.ts';
import { plant } from './workplace.ts';

const file = (lines: number) => 'export {};\n'.repeat(lines);

describe('measureSizes()', () => {
  test('accepts small files', () => {
    const { errors, warnings, summary } = measureSizes(plant({ 'src/a.ts': file(300), 'src/b.ts': file(10), 'src/c.ts': file(20) }));
    expect({ errors, warnings, summary }).toEqual({ errors: [], warnings: [], summary: '3 files, median 20 lines, 0 × any' });
  });

  test('warns above 300 lines and refuses above 500, tests included', () => {
    const { errors, warnings } = measureSizes(
      plant({
        'src/a.ts': file(301),
        'src/b.ts': file(500),
        'rooms/c.ts': file(501),
        'tests/d.test.ts': file(501),
        'sfu/e.ts': '',
        'sfu/f.ts': '',
        'sfu/g.ts': '',
        'sfu/h.ts': '',
      }),
    );
    expect(warnings).toEqual(['src/a.ts: 301 lines, better below 300', 'src/b.ts: 500 lines, better below 300']);
    expect(errors).toEqual(['rooms/c.ts: 501 lines, the limit is 500', 'tests/d.test.ts: 501 lines, the limit is 500']);
  });

  test('refuses a median above 120 lines', () => {
    const { errors } = measureSizes(plant({ 'src/a.ts': file(121), 'src/b.ts': file(121), 'tests/a.test.ts': file(1) }));
    expect(errors).toEqual(['the median file has 121 lines, the limit is 120']);
  });

  test('counts `any` as a type, not as a word', () => {
    const words = '// any any\nexport const any = "any";\n';
    expect(measureSizes(plant({ 'src/a.ts': words })).errors).toEqual([]);
    expect(measureSizes(plant({ 'src/a.ts': `${words}export let x: any;\n` })).errors).toEqual([
      '`any` is written 1 times in 3 lines, the limit is 1 in 1,000',
    ]);
  });

  test('leaves generated and installed files out', () => {
    const { errors } = measureSizes(plant({ 'web/dist/a.js': file(900), 'web/node_modules/b/b.js': file(900), 'src/a.ts': file(1) }));
    expect(errors).toEqual([]);
  });
});
