/** Uploads as multipart forms: one file or several, each with a result of its own. */
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ApiError, errors, type ErrorCode } from '#src/errors.ts';
import { callerOf } from '#src/plugins/policy.ts';
import { checkOpening } from './access.ts';
import type * as schemas from './schemas.ts';
import type { Files } from './service.ts';
import type { Content } from './streams.ts';

type Result = z.infer<typeof schemas.uploadResult>['items'][number];

/** Largest request, in bytes: the largest file and what the form adds. */
const MAX_REQUEST_BYTES = 110 * 1_048_576;
/** Files in one request. */
export const MAX_FILES = 20;
/** Uploads of one person at the same time, in this process. */
const AT_ONCE = 3;

/** What a file can be refused with while others of the same request are taken. */
const perFile = new Set<ErrorCode>([
  ...(['unsupported_file', 'file_too_large', 'bad_image', 'quota_exceeded', 'storage_full', 'empty_file', 'storage_unavailable'] as const),
]);

export interface Uploads {
  /**
   * Takes the files of a request. A single file that is refused is the error of the request.
   * @throws {ApiError} `forbidden`, `length_required`, `payload_too_large`, `unsupported_media_type`, `invalid_request`, `limit_reached`, and what a
   * single file is refused with
   */
  take(request: FastifyRequest, query: z.infer<typeof schemas.uploadQuery>): Promise<Result[]>;
}

export function createUploads(files: Files): Uploads {
  const running = new Map<string, number>();

  async function takePart(
    part: MultipartFile,
    ownerId: string,
    { category, access, role }: z.infer<typeof schemas.uploadQuery>,
  ): Promise<Result> {
    const name = part.filename?.slice(0, 200) ?? '';
    // Not destroyed when it is refused half-way: the form goes on after it.
    const content = part.file.iterator({ destroyOnReturn: false }) as Content;
    try {
      return { ok: true, name, file: await files.store({ ownerId, category, access, accessRole: role, name, content }) };
    } catch (error) {
      if (!(error instanceof ApiError) || !perFile.has(error.code)) throw error;
      await skipRest(part);
      return { ok: false, name, error: { code: error.code, message: errors[error.code].message } };
    }
  }

  async function takeAll(request: FastifyRequest, query: z.infer<typeof schemas.uploadQuery>): Promise<Result[]> {
    const { userId } = callerOf(request);
    const results: Result[] = [];
    for await (const part of request.parts()) if (part.type === 'file') results.push(await takePart(part, userId, query));
    const [only] = results;
    if (!only) throw new ApiError('invalid_request', { details: [{ field: 'body', message: 'holds no file' }] });
    if (results.length === 1 && !only.ok) throw new ApiError(only.error.code);
    return results;
  }

  return {
    async take(request, query) {
      if (!request.isMultipart()) throw new ApiError('unsupported_media_type');
      checkLength(request);
      const caller = callerOf(request);
      checkOpening(caller, query.category, query.access);
      const { userId } = caller;
      const others = running.get(userId) ?? 0;
      if (others >= AT_ONCE) throw new ApiError('limit_reached', { retryAfter: 1 });
      running.set(userId, others + 1);
      try {
        return await takeAll(request, query).catch(refuseForm);
      } finally {
        const left = (running.get(userId) ?? 1) - 1;
        if (left > 0) running.set(userId, left);
        else running.delete(userId);
      }
    },
  };
}

/** With a length that is declared, and that the connection holds a request to, nobody can send without end. */
function checkLength({ headers }: FastifyRequest): void {
  const length = headers['content-length'];
  if (length === undefined) throw new ApiError('length_required');
  if (Number(length) > MAX_REQUEST_BYTES) throw new ApiError('payload_too_large');
}

/** @throws {ApiError} `invalid_request` when the fault is the form's */
function refuseForm(error: unknown): never {
  if (error instanceof ApiError || !isFormFault(error)) throw error;
  throw new ApiError('invalid_request', {
    details: [{ field: 'body', message: 'is no complete form, or has too many parts' }],
    cause: error,
  });
}

/** Faults of the form itself, and of connections that end before it does. */
const isFormFault = (error: unknown): boolean =>
  /^FST_|ERR_STREAM_PREMATURE_CLOSE|ECONNRESET/.test((error as NodeJS.ErrnoException).code ?? '') ||
  /multipart|terminated early|Boundary|Malformed/i.test((error as Error).message);

async function skipRest({ file }: MultipartFile): Promise<void> {
  if (file.readableEnded || file.destroyed) return;
  for await (const _chunk of file) void _chunk;
}
