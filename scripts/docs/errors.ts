import { GENERATED, table } from './markdown.ts';

type Catalogue = Record<string, { status: number; message: string }>;

/** @param onSockets the part of `errors` that sockets answer with too */
export function errorsPage(errors: Catalogue, onSockets: Catalogue): string {
  const rows = Object.entries(errors)
    .sort(([a, left], [b, right]) => left.status - right.status || a.localeCompare(b))
    .map(([code, { status, message }]) => [`\`${code}\``, String(status), code in onSockets ? 'REST, socket' : 'REST', message]);
  return `${GENERATED}

# Errors

One catalogue for REST and sockets. \`error.code\` is stable: clients decide and translate by it, never by the message.
Over REST the HTTP status is in \`code\` as well; on a socket the acknowledgement is \`{ ok: false, error: { code, message, details? } }\`.
Answers of status 429 and 503 over REST carry \`Retry-After\` in seconds where a time is known.

${table(['Code', 'Status', 'Where', 'Message'], rows)}
`;
}
