import multipart from '@fastify/multipart';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, publicAccess } from '#src/plugins/policy.ts';
import { maxBytes } from './categories.ts';
import { attachmentHeader } from './names.ts';
import type { OpenContent } from './reading.ts';
import * as schemas from './schemas.ts';
import type { Files } from './service.ts';
import { createUploads, MAX_FILES } from './uploading.ts';

const tags = ['files'];
const policy = may('files:own', { objects: 'own files', all: 'files:manage' });
const params = schemas.fileParams;
const bytes = { content: { 'application/octet-stream': { schema: z.unknown().meta({ type: 'string', format: 'binary' }) } } };
const uploadErrors = [
  ...(['length_required', 'payload_too_large', 'unsupported_media_type', 'limit_reached', 'unsupported_file', 'file_too_large'] as const),
  ...(['bad_image', 'empty_file', 'quota_exceeded', 'storage_full'] as const),
];

export interface Showing {
  /** Origins of other pages that may show files. */
  readonly origins: readonly string[];
}

export function fileRoutes(files: Files, showing: Showing): FastifyPluginAsyncZod {
  const uploads = createUploads(files);
  return async (app) => {
    await app.register(multipart, {
      throwFileSizeLimit: false,
      // One byte more than any kind may have: the kind's own limit speaks first.
      limits: { fileSize: Math.max(...Object.values(maxBytes)) + 1, files: MAX_FILES, fields: 20, fieldSize: 1_000, headerPairs: 50 },
    });

    app.post('/files', {
      config: { policy, errors: uploadErrors, slowBody: true },
      schema: {
        summary: 'Upload files as a multipart form; images are made anew, their types judged by content',
        tags,
        consumes: ['multipart/form-data'],
        querystring: schemas.uploadQuery,
        response: { 200: schemas.uploadResult },
      },
      handler: async (request) => ({ items: await uploads.take(request, request.query) }),
    });

    app.get('/files', {
      config: { policy },
      schema: { summary: 'Own files, newest first', tags, querystring: schemas.fileQuery, response: { 200: schemas.fileList } },
      handler: (request) => files.list(callerOf(request), request.query),
    });

    app.get('/files/categories', {
      config: { policy: may('files:own') },
      schema: { summary: 'What files may be: kinds and limits by purpose', tags, response: { 200: schemas.fileCategories } },
      handler: async () => files.categories(),
    });

    app.get('/files/usage', {
      config: { policy },
      schema: { summary: 'What the caller’s files take up', tags, response: { 200: schemas.usage } },
      handler: (request) => files.usageOf(callerOf(request).userId),
    });

    app.get('/files/statistics', {
      config: { reads: 'replica', policy: may('files:manage') },
      schema: { summary: 'Number and bytes of files by category, kind and state', tags, response: { 200: schemas.fileStatistics } },
      handler: () => files.statistics(),
    });

    await app.register(singleFile(files));
    await app.register(contentRoute(files, showing));
  };
}

function singleFile(files: Files): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/files/:id', {
      config: { policy: may('files:own', { objects: 'files that the caller may read' }), errors: ['not_found'] },
      schema: { summary: 'A file with an address of its content', tags, params, response: { 200: schemas.fileWithUrl } },
      handler: (request) => files.get(callerOf(request), request.params.id),
    });

    app.patch('/files/:id', {
      config: { policy, errors: ['not_found', 'forbidden', 'unsupported_file', 'in_use'] },
      schema: {
        summary: 'Rename a file, limit how often it is downloaded, change who may read it or what it is for',
        tags,
        params,
        body: schemas.fileChange,
        response: { 200: schemas.fileWithUrl },
      },
      handler: async (request) => {
        const { name, downloads, access, role, category } = request.body;
        // First: these are what may be refused.
        if (category !== undefined) await files.changeCategory(callerOf(request), request.params.id, category);
        if (access !== undefined) await files.changeAccess(callerOf(request), request.params.id, access, role);
        if (name !== undefined) await files.rename(callerOf(request), request.params.id, name);
        if (downloads !== undefined) await files.limitDownloads(callerOf(request), request.params.id, downloads);
        return files.get(callerOf(request), request.params.id);
      },
    });

    app.put('/files/:id/state', {
      config: { policy: may('files:manage'), errors: ['not_found', 'wrong_state'] },
      schema: {
        summary: 'Withhold a file from everybody, or give it back',
        tags,
        params,
        body: schemas.fileStateChange,
        response: { 200: nothing },
      },
      handler: async (request) => {
        await files.changeState(request.params.id, request.body.state);
        return {};
      },
    });

    app.delete('/files/:id', {
      config: { policy, errors: ['not_found', 'in_use'] },
      schema: { summary: 'Delete a file that belongs to nothing', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await files.remove(callerOf(request), request.params.id);
        return {};
      },
    });
  };
}

function contentRoute(files: Files, showing: Showing): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/files/:id/content', {
      config: {
        policy: publicAccess,
        errors: ['not_found', 'link_invalid', 'link_expired', 'forbidden', 'range_not_satisfiable'],
        compress: false,
      },
      schema: {
        summary: 'Content behind a signed address; of public files without one. Takes `Range`',
        tags,
        params,
        querystring: schemas.contentQuery,
        response: { 200: { description: 'the content', ...bytes }, 206: { description: 'the range that was asked for', ...bytes } },
      },
      handler: async (request, reply) => {
        const { expires, signature } = request.query;
        const signed = expires !== undefined && signature !== undefined ? { expires, signature } : null;
        if (!signed) refuseHotlinks(request, showing);
        const range = request.headers['if-range'] === undefined ? request.headers.range : undefined;
        return send(reply, await files.content(request.params.id, signed, range), showing);
      },
    });
  };
}

/** Pages of others do not show our public files at our cost; programs and private browsers, which send no referrer, may have them. */
function refuseHotlinks({ headers, hostname }: FastifyRequest, { origins }: Showing): void {
  const { referer } = headers;
  if (referer === undefined || !URL.canParse(referer)) return;
  const from = new URL(referer);
  if (from.hostname !== hostname && !origins.includes(from.origin)) throw new ApiError('forbidden');
}

/** Whatever it is, it is saved and never run: no page of ours, no script, no guess at another type. */
function send(reply: FastifyReply, content: OpenContent & { public: boolean }, { origins }: Showing): FastifyReply {
  const { name, mime, bytes, sha256, range, partial, stream } = content;
  if (partial) reply.code(206).header('content-range', `bytes ${range.from}-${range.to - 1}/${bytes}`);
  return reply
    .type(mime)
    .headers({
      'content-length': range.to - range.from,
      'accept-ranges': 'bytes',
      'content-disposition': attachmentHeader(name),
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': origins.length > 0 ? 'cross-origin' : 'same-origin',
      'x-content-type-options': 'nosniff',
      'cache-control': content.public ? 'public, max-age=600' : 'private, no-store',
      etag: `"${sha256}"`,
    })
    .send(stream);
}
