import { apiTypes } from '#scripts/docs/api-types.ts';
import { typeOf } from '#scripts/docs/json-schema.ts';

describe('typeOf()', () => {
  test.each([
    ['text', { type: 'string' }, 'string'],
    ['a file', { type: 'string', format: 'binary' }, 'Blob'],
    ['allowed values', { type: 'string', enum: ['one', "it's", null] }, String.raw`'one' | 'it\'s' | null`],
    ['a list of allowed values', { type: 'array', items: { type: 'integer', enum: [1, 2] } }, '(1 | 2)[]'],
    [
      'a list of two kinds of objects',
      { type: 'array', items: { anyOf: [{ type: 'object' }, { type: 'object', additionalProperties: { type: 'null' } }] } },
      '({ [key: string]: unknown } | { [key: string]: null })[]',
    ],
    ['a value that may be null', { anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    ['several types', { type: ['number', 'null'] }, 'number | null'],
    ['a tuple', { type: 'array', prefixItems: [{ type: 'number' }, { type: 'string' }] }, '[number, string]'],
    ['a map', { type: 'object', additionalProperties: { type: 'number' } }, '{ [key: string]: number }'],
    ['an empty object', { type: 'object', additionalProperties: false }, 'Record<string, never>'],
    ['a named schema', { $ref: '#/components/schemas/Visit' }, "components['schemas']['Visit']"],
    ['anything', {}, 'unknown'],
  ])('%s', (_name, schema, type) => {
    expect(typeOf(schema, '', false)).toBe(type);
  });

  test('an object names its optional members and keeps descriptions', () => {
    const schema = {
      type: 'object',
      properties: { id: { type: 'string' }, 'per-page': { type: 'number', description: 'a*/b' } },
      required: ['id'],
    };
    expect(typeOf(schema, '', true)).toBe("{\n  id: string;\n  /** a*\\/b */\n  'per-page'?: number | undefined;\n}");
  });
});

test('apiTypes() knows the envelope, parameters by place, and files', () => {
  const envelope = (data: object) => ({ type: 'object', properties: { success: {}, data, requestId: { type: 'string' } } });
  const text = apiTypes({
    paths: {
      '/notes/{id}': {
        get: {
          summary: 'One note',
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'full', in: 'query', schema: { type: 'boolean' } },
          ],
          responses: { '200': { content: { 'application/json': { schema: envelope({ type: 'string' }) } } } },
        },
        delete: { responses: { '200': { content: { 'text/csv': {} } } } },
      },
    },
  });
  expect(text).toContain(`  '/notes/{id}': {
    /** One note */
    get: {
      parameters: {
        query?: {
          full?: boolean | undefined;
        };
        path: {
          id: string;
        };
      };
      responses: {
        200: Json<Success<string>>;
      };
    };
    delete: {`);
  expect(text).toContain("content: { 'text/csv': string }");
});
