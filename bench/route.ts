/**
 * A route with a token and no database: ours (policy, envelope, request id, limits, metrics, log) against bare Fastify
 * that verifies the same token in the same way, and against one that checks the signature at each request.
 */
import { join } from 'node:path';
import { createTokens } from '#src/auth/tokens.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { CONNECTIONS, type Figure, measure } from './http/load.ts';
import { forked } from './processes.ts';
import { startSite } from './server.ts';

const SECRET = 'a secret of the route benchmark, 32 characters or more';

async function compare(kind: 'plain' | 'same', options: Options): Promise<Result[]> {
  const site = await startSite({ JWT_SECRET: SECRET, MEDIA_WORKERS: '1' });
  const bare = await forked<string>(join(import.meta.dirname, 'http/bare.ts'), [SECRET, kind]);
  // The same name on both sides: an answer with Chinese in it costs a tenth more to write than one in ASCII.
  const { id, name } = site.doctor.session.user;
  const own = createTokens(SECRET).forUser({ id, name, roles: ['doctor'] }, id, new Date(Date.now() + 3_600_000));
  // The twin asks a route that reads the database.
  const path = options.twin ? '/api/v1/consultations' : '/api/v1/auth/session';
  try {
    const pairs = await measurePairs<Figure>(options, {
      bare: () => measure(`${bare.first}/session`, bare.pid, own, options.seconds),
      ours: () => measure(`${site.url}${path}`, site.serverPid, site.doctor.token, options.seconds),
    });
    const how = kind === 'same' ? 'the same verification' : 'the signature checked at each request';
    const only = (name: keyof Figure) => pairs.map((pair) => ({ bare: pair.bare[name], ours: pair.ours[name] }));
    const id = kind === 'same' ? 'JWT-a' : 'JWT-b';
    return [
      conclude(
        { id, what: `JWT route, requests/s, against Fastify with ${how}`, unit: '/s', compare: 'ratio', atLeast: 0.85 },
        only('rate'),
        options,
      ),
      conclude({ id: `${id} CPU`, what: `the same, CPU a request`, unit: 'us', compare: 'ratio', atMost: 1.15 }, only('cpu'), options),
    ];
  } finally {
    await bare.stop();
    await site.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 4 });
console.log(`A route with a token, ${CONNECTIONS} connections`);
finish([...(await compare('same', options)), ...(await compare('plain', options))]);
