import { importFaults } from '#scripts/check/imports.ts';
import { plant, projectRoot } from './workplace.ts';

const empty = {
  'config/index.ts': 'export const config = 1;\n',
  'rooms/index.ts': 'export const face = 1;\n',
  'rooms/actor.ts': 'export const actor = 1;\n',
  'rooms/protocol.ts': 'export type View = string;\nexport const events = {};\n',
  'rooms/protocol-version.ts': 'export const version = 1;\n',
  'src/db.ts': 'export const db = 1;\n',
};

const faultsWith = (path: string, text: string) => importFaults(plant({ ...empty, [path]: text }));

describe('importFaults()', () => {
  test('finds nothing in this project', () => {
    expect(importFaults(projectRoot)).toEqual([]);
  });

  test.each([
    ['an alias', "import { db } from '#src/db.ts';"],
    ['a relative path', "import { db } from '../src/db.ts';"],
    ['a detour', "import { db } from './../rooms/../src/db.ts';"],
    ['a type', "import type { db } from '#src/db.ts';"],
    ['a re-export', "export { db } from '#src/db.ts';"],
    ['a re-export of everything', "export * from '../src/db.ts';"],
    ['a dynamic import', "const db = await import('#src/db.ts');"],
    ['a dynamic import of a template', 'const db = await import(`#src/db.ts`);'],
    ['an import type', "type Db = typeof import('#src/db.ts');"],
  ])('finds a room that reaches into src by %s', (_, statement) => {
    expect(faultsWith('rooms/room.ts', `// first line\n${statement}\n`)).toEqual(['rooms/room.ts:2: rooms/ may not import src/db.ts']);
  });

  test('keeps src to the public face of rooms', () => {
    const text = "import '#rooms/index.ts';\nimport '#rooms/protocol.ts';\nimport '#rooms/actor.ts';\n";
    expect(faultsWith('src/routes.ts', text)).toEqual(['src/routes.ts:3: src/ may not import rooms/actor.ts']);
  });

  test('lets src/wire.ts import everything', () => {
    expect(faultsWith('src/wire.ts', "import '#rooms/actor.ts';\n")).toEqual([]);
  });

  test('gives the web client types of the protocol and one value', () => {
    const allowed = "import type { View } from '#rooms/protocol.ts';\nimport { version } from '../../rooms/protocol-version.ts';\n";
    expect(faultsWith('web/src/app.tsx', allowed)).toEqual([]);
    expect(faultsWith('web/src/app.tsx', "import { events, type View } from '#rooms/protocol.ts';\n")).toEqual([
      'web/src/app.tsx:1: web/ may not import rooms/protocol.ts',
    ]);
  });

  test('ignores comments and strings that look like imports', () => {
    expect(faultsWith('rooms/room.ts', '// import "#src/db.ts";\nexport const text = `import "#src/db.ts"`;\n')).toEqual([]);
  });

  test('lets nobody below import tests', () => {
    expect(faultsWith('config/more.ts', "import '../tests/x.ts';\n")).toEqual(['config/more.ts:1: config/ may not import tests/x.ts']);
  });
});
