import { z } from 'zod';
import { settings } from '#config/index.ts';
import { GENERATED, table } from './markdown.ts';

/** Settings whose default depends on the machine. */
const MACHINE: Record<string, string> = { MEDIA_WORKERS: 'number of cores' };

export function configurationPage(): string {
  const rows = Object.entries(settings.shape).map(([name, schema]) => [
    `\`${name}\``,
    MACHINE[name] ?? defaultOf(schema),
    describe(schema),
  ]);
  return `${GENERATED}

# Configuration

Everything is set by environment variables, read once at start. A value that does not validate, or a misspelt name that starts like
one of ours (\`MEDIA_\`, \`ROOM_\`, \`TURN_\`, \`JWT_\`, \`SOCKET_\`, \`RATE_\`), stops the start with a message. Flags are \`true\` or \`false\`, lists are
comma separated, times are in the unit that the name says. Parameters that are changed while the servers run are at \`/api/v1/settings\`; accounts at other
services (text messages, mail, signing in, systems of hospitals, TURN) begin with what is here, until others are stored: see [operations](operations.md#accounts-at-other-services).

${table(['Variable', 'Default', 'Meaning'], rows)}
`;
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return '–';
  const value = Array.isArray(parsed.data) ? parsed.data.join(',') : JSON.stringify(parsed.data).replaceAll('"', '');
  return value === '' ? 'empty' : `\`${value}\``;
}

/** The sentence of the setting; values are listed where only some are allowed. */
function describe(schema: z.ZodType): string {
  const { enum: values } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { enum?: string[] };
  const choice = values && !values.includes('true') ? ` (${values.map((value) => `\`${value}\``).join(', ')})` : '';
  return `${schema.description ?? ''}${choice}`;
}
