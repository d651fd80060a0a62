/** A call of each route with curl, for the API document. */
import { z } from 'zod';

export interface CodeSample {
  lang: string;
  label: string;
  source: string;
}

/** The first example that a body's schema carries in `.meta({ examples })`. */
export function exampleOf(body: unknown): unknown {
  const examples = body instanceof z.ZodType ? z.globalRegistry.get(body)?.examples : undefined;
  return Array.isArray(examples) ? examples[0] : undefined;
}

/**
 * @param url of the route, with `:id` for its parameters
 * @param body schema of the body, if the route takes one
 * @param secured whether it needs a token
 */
export function codeSamples(method: string, url: string, body: unknown, secured: boolean): CodeSample[] {
  const address = url.replaceAll(/:(\w+)/g, (_match, name: string) => `$${name.toUpperCase()}`);
  const parts = [`curl${method === 'GET' ? '' : ` -X ${method}`} "http://localhost:8080${address}"`];
  if (secured) parts.push('-H "Authorization: Bearer $TOKEN"');
  const example = exampleOf(body);
  if (example !== undefined) parts.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(example)}'`);
  return [{ lang: 'Shell', label: 'curl', source: parts.join(' \\\n  ') }];
}
