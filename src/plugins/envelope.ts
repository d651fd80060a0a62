/**
 * The form of every answer. Handlers return plain data and declare its schema for status 200; here it is wrapped, and
 * the schema with it, so that the API document shows what is sent. Faults become the error form in one place.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { RoomError } from '#rooms/errors.ts';
import { isUnavailable } from '#src/database/faults.ts';
import { ApiError, errors, type ErrorCode } from '#src/errors.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { takesKeys } from './policy.ts';
import { readyText } from './ready-answer.ts';

const stamp = { timestamp: z.number().describe('ms since 1970'), requestId: z.string() };
const successOf = (data: z.ZodType) =>
  z.object({ success: z.literal(true), code: z.literal(200), message: z.literal('ok'), data, ...stamp });
/** What `preSerialization` makes of an answer. */
interface Success {
  data: unknown;
  timestamp: number;
  requestId: string;
}

/** Schemas of failures by their codes: hundreds of routes have the same few. */
const failureSchemas = new Map<string, z.ZodType>();

function failureOf(codes: ErrorCode[]): z.ZodType {
  const key = codes.join();
  const known = failureSchemas.get(key);
  if (known) return known;
  const schema = z
    .object({
      success: z.literal(false),
      code: z.literal(errors[codes[0] ?? 'internal'].status),
      message: z.string(),
      data: z.null(),
      error: z.object({ code: z.enum(codes), details: z.array(z.unknown()).optional() }),
      ...stamp,
    })
    .describe(codes.map((code) => `\`${code}\`: ${errors[code].message}`).join('. '));
  failureSchemas.set(key, schema);
  return schema;
}

/** Seconds in `Retry-After` when the fault itself does not know better. */
const RETRY_AFTER = 1;

/** Wraps the answers of all routes added to this scope; their schemas are zod's. */
export function answerWithEnvelopes(api: FastifyInstance): void {
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler<z.ZodType>((route) => {
    const data = dataSchemas.get(route.schema);
    if (!data) return serializerCompiler(route);
    const serialize = serializerCompiler({ ...route, schema: data });
    return (answer: Success) => wrap(readyText(answer.data) ?? serialize(answer.data), answer);
  });
  api.addHook('onRoute', describeAnswers);
  api.addHook('preSerialization', (request, _reply, data, done) => {
    const answer: Success = { data, timestamp: Date.now(), requestId: request.id };
    done(null, answer);
  });
}

/** Completes a route's schema with the envelope, the errors it can answer with and the token it needs. */
function describeAnswers(this: FastifyInstance, route: RouteOptions): void {
  const { policy } = route.config ?? {};
  const { response, ...schema } = route.schema ?? {};
  const { 200: data, ...others } = (response ?? {}) as Record<number, unknown>;
  if (!data) throw new Error(`${String(route.method)} ${route.url} declares no answer`);
  const codes = errorsOf(route, this.hasContentTypeParser('application/json'));
  route.schema = {
    ...schema,
    description: `Open to ${policy?.summary ?? 'nobody'}.`,
    ...(policy &&
      policy.callers !== 'anybody' && { security: [{ bearer: [] }, ...(takesKeys(policy, route.config?.stepUp) ? [{ apiKey: [] }] : [])] }),
    response: { ...failures(codes), ...others, 200: data instanceof z.ZodType ? enveloped(data) : data },
  };
}

/**
 * Every error that a route can answer with, but for those of any route: `openapi.ts` names them.
 * @param readsJson false: its body is bytes of whatever type
 */
function errorsOf({ method, url, config = {} }: RouteOptions, readsJson: boolean): ErrorCode[] {
  const { policy, stepUp, idempotent, errors: own = [] } = config;
  const codes: ErrorCode[] = [...(policy?.errors ?? []), ...own];
  if (stepUp) codes.push('step_up_required');
  if (idempotent) codes.push('invalid_idempotency_key', 'idempotency_key_reused');
  // A body is read before anybody asks whether the route wants one.
  const hasBody = [method].flat().some((name) => name !== 'GET');
  // What is no type at all is refused also where bytes of every type are read.
  if (hasBody) codes.push('payload_too_large', 'unsupported_media_type');
  if (hasBody && readsJson) codes.push('malformed_json');
  // Others are for whoever looks after the server: neither counted nor screened.
  if (url.startsWith('/api/')) codes.push('invalid_request', 'rate_limited');
  return codes;
}

/** Schema of the data in each success schema. */
const dataSchemas = new WeakMap<object, z.ZodType>();

function enveloped(data: z.ZodType): z.ZodType {
  const schema = successOf(data);
  dataSchemas.set(schema, data);
  return schema;
}

/**
 * The success form around data that is JSON already: only what a handler returns has to go through a schema. Request ids
 * are of characters that JSON does not escape.
 */
function wrap(data: string, { timestamp, requestId }: Success): string {
  return `{"success":true,"code":200,"message":"ok","data":${data},"timestamp":${timestamp},"requestId":"${requestId}"}`;
}

function failures(codes: ErrorCode[]): Record<number, z.ZodType> {
  const byStatus = Map.groupBy(new Set(codes), (code) => errors[code].status);
  return Object.fromEntries([...byStatus].map(([status, group]) => [status, failureOf(group)]));
}

/** The one error handler, for thrown errors and for those that Fastify finds before any handler. */
export function handleFault(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const fault = faultOf(error);
  const expected = error instanceof ApiError || error instanceof RoomError;
  if (errors[fault.code].status >= 500 && !expected) request.log.error({ err: error, requestId: request.id }, 'request failed');
  sendFault(request, reply, fault);
}

/** Answers in the error form. */
export function sendFault(request: FastifyRequest, reply: FastifyReply, fault: ApiError): void {
  const { status, message } = errors[fault.code];
  const retryAfter = fault.retryAfter ?? (status === 503 ? RETRY_AFTER : undefined);
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter);
  const error = { code: fault.code, ...(fault.details && { details: fault.details }) };
  const body = { success: false, code: status, message, data: null, error, timestamp: Date.now(), requestId: request.id };
  reply.header('x-content-type-options', 'nosniff');
  // A string passes by the success form and the serializer of the route.
  void reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
}

const byFastifyCode: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
};

function faultOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof RoomError) return new ApiError(error.code, { ...(error.details && { details: error.details }) });
  if (hasZodFastifySchemaValidationErrors(error)) return new ApiError('invalid_request', { details: fieldsOf(error) });
  if (isUnavailable(error)) return new ApiError('storage_unavailable', { cause: error });
  // A refusal of a partner means something only where it was asked: a service that lets one through has a fault.
  if (error instanceof PartnerError && error.fault === 'unavailable') {
    return new ApiError('partner_unavailable', { cause: error, ...(error.retryAfter && { retryAfter: error.retryAfter }) });
  }
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>;
  const known = byFastifyCode[code] ?? (statusCode < 500 ? 'invalid_request' : 'internal');
  return new ApiError(known, { cause: error });
}

/** `body.title` rather than `/title`: where it is, and what is wrong with it. */
function fieldsOf(error: FastifyError): { field: string; message: string }[] {
  const place = error.validationContext === 'querystring' ? 'query' : error.validationContext;
  return (error.validation ?? []).flatMap(({ instancePath, message = '', params }) => {
    const path = instancePath.split('/').filter(Boolean);
    return closest({ path, message, errors: params['errors'] as Issue[][] | undefined }).map((fault) => ({
      field: [place ?? '', ...fault.path].join('.'),
      message: fault.message,
    }));
  });
}

/** What zod found; for a union, what it found in each of its forms. */
interface Issue {
  path: readonly PropertyKey[];
  message: string;
  errors?: Issue[][] | undefined;
}

/** Of a union's forms the one that fits best says what is wrong. */
function closest({ path, message, errors: forms = [] }: Issue): { path: string[]; message: string }[] {
  const best = forms.filter((issues) => issues.length > 0).toSorted((a, b) => a.length - b.length)[0];
  if (!best) return [{ path: path.map(String), message }];
  return best.flatMap(closest).map((fault) => ({ path: [...path.map(String), ...fault.path], message: fault.message }));
}
