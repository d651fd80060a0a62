/**
 * Answers that are sent many times as they are: they go through the schema of their route once, when they are made. Handlers
 * return them like any other data.
 */
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { z } from 'zod';

const texts = new WeakMap<object, string>();

/** @param schema that of the route's answer @returns `data` itself, whose JSON is kept beside it; it must not be changed any more */
export function readyAnswer<T extends object>(schema: z.ZodType<T>, data: T): T {
  texts.set(data, serializerCompiler({ schema, method: 'GET', url: '' })(data));
  return data;
}

/** JSON of an answer that is ready; undefined for others. */
export const readyText = (data: unknown): string | undefined => (typeof data === 'object' && data ? texts.get(data) : undefined);
