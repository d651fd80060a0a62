/** TypeScript types from the JSON Schemas that zod writes into the API document. */

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema | boolean;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** A text as it stands in the source. */
export function quoted(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", String.raw`\'`)}'`;
}

export const keyOf = (name: string): string => (IDENTIFIER.test(name) ? name : quoted(name));

/** A comment of one line in front of a member, or nothing. */
export function comment(text: string | undefined, indent: string): string {
  return text ? `${indent}/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ').trim()} */\n` : '';
}

const literal = (value: unknown): string => (typeof value === 'string' ? quoted(value) : JSON.stringify(value));
const union = (types: string[]): string => [...new Set(types)].join(' | ');
/** In brackets where the type may have several parts. */
function grouped(schema: JsonSchema, type: string): string {
  const parts = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? schema.enum ?? (Array.isArray(schema.type) ? schema.type : []);
  return parts.length > 1 ? `(${type})` : type;
}

/**
 * The type of a schema.
 * @param indent of the line that the type begins in
 * @param given for what a caller sends: an optional member may be `undefined`, which JSON leaves out
 */
export function typeOf(schema: JsonSchema, indent: string, given: boolean): string {
  const below = (part: JsonSchema): string => typeOf(part, indent, given);
  if (schema.$ref) return `components['schemas'][${quoted(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1))}]`;
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return union(schema.enum.map(literal));
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return union(variants.map(below));
  if (schema.allOf) return schema.allOf.map((part) => grouped(part, below(part))).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => below({ ...schema, type })));
  switch (schema.type) {
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
    case 'null':
      return schema.type;
    case 'array':
      if (schema.prefixItems) return `[${schema.prefixItems.map(below).join(', ')}]`;
      return `${typeof schema.items === 'object' ? grouped(schema.items, below(schema.items)) : 'unknown'}[]`;
    case 'object':
      return objectOf(schema, indent, given);
    default:
      return 'unknown';
  }
}

function objectOf({ properties = {}, required = [], additionalProperties: rest }: JsonSchema, indent: string, given: boolean): string {
  const inner = `${indent}  `;
  const others = typeof rest === 'object' ? typeOf(rest, inner, given) : 'unknown';
  if (Object.keys(properties).length === 0) return rest === false ? 'Record<string, never>' : `{ [key: string]: ${others} }`;
  const members = Object.entries(properties).map(([name, part]) => {
    const optional = !required.includes(name);
    const type = typeOf(part, inner, given);
    return `${comment(part.description, inner)}${inner}${keyOf(name)}${optional ? '?' : ''}: ${type}${optional && given ? ' | undefined' : ''};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}
