/** The API document at `/openapi.json` and its page at `/docs`. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { type AnswerSchema, exampleOfAnswer } from './answer-examples.ts';
import { codeSamples, exampleOf } from './code-samples.ts';
import { type PageHeaders, publicPages } from './security.ts';
import { compressAnswers } from './web.ts';

const DESCRIPTION = `Every answer has the same form: \`success\`, \`code\` (the HTTP status), \`message\`, \`data\`, \`timestamp\` and \`requestId\`;
a failure adds \`error.code\`, the stable name of what went wrong. Times are UTC in ISO 8601, ids are UUIDv7. Each route names what it
answers with; while the database is away any of them answers 503 \`storage_unavailable\` with \`Retry-After\`. The same paths without \`v1\`, and those of earlier clients,
are aliases (docs/api-aliases.md).`;

/** Schemas of answers by status. */
type Answers = Readonly<Record<string, AnswerSchema & { content?: unknown }>>;

/** Files and what partners are told are described as what they are. */
function withExample(answers: Answers | undefined): Answers | undefined {
  const success = answers?.['200'];
  if (!success || success.content !== undefined) return answers;
  return { ...answers, 200: { ...success, examples: [exampleOfAnswer(success)] } };
}

/** To be called before the routes that it shall describe. */
export async function documentApi(app: FastifyInstance, version: string, headers: PageHeaders): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Wenzhen', version, description: DESCRIPTION },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    // Schemas with an `id`: those that contain themselves.
    transformObject: jsonSchemaTransformObject,
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route);
      const example = exampleOf(route.schema?.body);
      // Schemas that turn what they are given into something else lose their examples on the way.
      const body = schema?.body && example !== undefined ? { ...(schema.body as object), examples: [example] } : schema?.body;
      const samples = codeSamples(String(route.route.method), route.url, route.schema?.body, route.schema?.security !== undefined);
      const response = withExample(schema?.response as Answers | undefined);
      return { schema: { ...schema, ...(body !== undefined && { body }), ...(response && { response }), 'x-codeSamples': samples }, url };
    },
  });
  await app.register(async (scope) => {
    await compressAnswers(scope);
    publicPages(scope, headers);
    await scope.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
    scope.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  });
}
