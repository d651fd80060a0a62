import { z } from 'zod';
import { GENERATED, table } from './markdown.ts';

const stages = { connected: 'any time', lobby: 'in the lobby or the room', room: 'in the room' } as const;

interface Request {
  summary: string;
  stage: keyof typeof stages;
  roles?: readonly string[];
  budget: string;
  request: z.ZodType;
  reply: z.ZodType;
}
interface Notification {
  summary: string;
  payload: z.ZodType;
}
export interface Protocol {
  PROTOCOL_VERSION: string;
  requests: Record<string, Request>;
  notifications: Record<string, Notification>;
}

export function protocolPage({ PROTOCOL_VERSION, requests, notifications }: Protocol): string {
  return `${GENERATED}

# Socket protocol, version ${PROTOCOL_VERSION}

One Socket.IO connection a client, at \`/socket.io\`, with \`auth: { token, protocol: '${PROTOCOL_VERSION}' }\` in the handshake. A refused handshake is a
\`connect_error\` whose \`data.code\` is one of [the errors](errors.md).

Requests are \`await socket.emitWithAck(name, payload)\`, answered by \`{ ok: true, data }\` or \`{ ok: false, error: { code, message, details? } }\`.
Notifications are events from the server without an answer. The source of this page is \`rooms/protocol.ts\`.

## Requests

${Object.entries(requests).map(requestSection).join('\n\n')}

## Notifications

${Object.entries(notifications).map(notificationSection).join('\n\n')}
`;
}

function requestSection([name, { summary, stage, roles, budget, request, reply }]: [string, Request]): string {
  const who = roles?.join(', ') ?? 'everybody';
  return `### \`${name}\`

${summary}

Allowed ${stages[stage]}, for ${who}. Counted as \`${budget}\`.

${part('Payload', request, 'input')}

${part('Reply', reply, 'output')}`;
}

function notificationSection([name, { summary, payload }]: [string, Notification]): string {
  return `### \`${name}\`\n\n${summary}\n\n${part('Payload', payload, 'output')}`;
}

interface Shape {
  type?: string | string[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  anyOf?: Shape[];
  oneOf?: Shape[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  additionalProperties?: boolean | Shape;
}

/** One line a field, the fields of objects named by their path; what is deep is named by its description only. */
function part(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const shape = z.toJSONSchema(schema, { io, reused: 'inline' }) as Shape;
  const variants = shape.oneOf ?? shape.anyOf;
  if (variants) return variants.map((variant, index) => fields(`${title}, form ${index + 1}`, variant)).join('\n\n');
  return fields(title, shape);
}

function fields(title: string, shape: Shape): string {
  const rows = rowsOf(shape, '', 0);
  return rows.length === 0 ? `${title}: empty object.` : `${title}:\n\n${table(['Field', 'Type', 'Meaning'], rows)}`;
}

/** How deep fields are listed; media parameters go far deeper and are mediasoup's. */
const DEPTH = 2;

function rowsOf(shape: Shape, prefix: string, depth: number): string[][] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, field]) => {
    const optional = shape.required?.includes(name) ? '' : '?';
    const inner = field.items ?? field;
    const path = `${prefix}${name}`;
    const row = [`\`${path}${optional}\``, typeOf(field), meaning(field)];
    const below = depth + 1 < DEPTH ? rowsOf(inner, `${path}${field.items ? '[]' : ''}.`, depth + 1) : [];
    return [row, ...below];
  });
}

function typeOf(shape: Shape): string {
  if (shape.const !== undefined) return `\`${JSON.stringify(shape.const)}\``;
  if (shape.enum) return shape.enum.map((value) => `\`${String(value)}\``).join(', ');
  const variants = shape.anyOf ?? shape.oneOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(' or ');
  if (shape.items) return `list of ${typeOf(shape.items)}`;
  return [shape.type ?? 'any'].flat().join(' or ');
}

/** Largest integer of JavaScript: zod names it as a bound of every integer. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

function meaning(shape: Shape): string {
  const range = (low: number | undefined, high: number | undefined, what: string): string[] => {
    const [from, to] = [low !== undefined && low > -UNBOUNDED ? low : undefined, high !== undefined && high < UNBOUNDED ? high : undefined];
    if (from === undefined && to === undefined) return [];
    if (to === undefined) return [`at least ${from}${what}`];
    return [from === undefined ? `at most ${to}${what}` : `${from} to ${to}${what}`];
  };
  const limits = [
    ...range(shape.minimum, shape.maximum, ''),
    ...range(shape.minLength, shape.maxLength, ' characters'),
    ...range(shape.minItems, shape.maxItems, ' entries'),
    ...(shape.default === undefined ? [] : [`default \`${JSON.stringify(shape.default)}\``]),
  ];
  const description =
    shape.description ?? shape.items?.description ?? shape.anyOf?.find((variant) => variant.description)?.description ?? '';
  return [description, limits.length > 0 ? `(${limits.join('; ')})` : ''].filter(Boolean).join(' ');
}
