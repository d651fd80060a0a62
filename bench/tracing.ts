/**
 * TRACE: what traces cost a request with a token that reads the database: our server with a collector against our server without one. Once at
 * the share of requests that is recorded by default, once with every request recorded.
 */
import { startCollector } from '#tests/support/collector.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { CONNECTIONS, type Figure, measure } from './http/load.ts';
import { startSite } from './server.ts';

const ROUTE = '/api/v1/users/me';
/** What the twin asks for in its place. */
const TWIN_ROUTE = '/api/v1/consultations?pageSize=100';

/** @param share of requests that are recorded; undefined: as the server has it */
async function compare(goal: { id: string; what: string; atMost: number }, share: string | undefined, options: Options): Promise<Result> {
  console.log(`${goal.id}: ${goal.what}`);
  const collector = await startCollector();
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...(share && { OTEL_TRACES_SAMPLER_ARG: share }) };
  const off = await startSite({ MEDIA_WORKERS: '1' });
  const on = await startSite({ MEDIA_WORKERS: '1', ...settings });
  try {
    if (options.twin) for (let visit = 0; visit < 50; visit++) await on.book();
    const pairs = await measurePairs<Figure>(options, {
      bare: () => measure(`${off.url}${ROUTE}`, off.serverPid, off.doctor.token, options.seconds),
      ours: () => measure(`${on.url}${options.twin ? TWIN_ROUTE : ROUTE}`, on.serverPid, on.doctor.token, options.seconds),
    });
    const cpu = pairs.map(({ bare, ours }) => ({ bare: bare.cpu, ours: ours.cpu }));
    // Its last spans come at its end.
    await on.close();
    const spans = collector.text().length;
    return conclude({ ...goal, unit: 'us', compare: 'ratio' }, cpu, options, [
      { text: 'spans arrived at the collector', holds: spans > 0 },
    ]);
  } finally {
    await on.close();
    await off.close();
    await collector.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 4 });
console.log(`Traces, ${CONNECTIONS} connections`);
finish([
  await compare(
    { id: 'TRACE', what: 'CPU a request with traces at the share of a default, against off', atMost: 1.15 },
    undefined,
    options,
  ),
  await compare({ id: 'TRACE all', what: 'CPU a request when every one is traced, against off', atMost: 2 }, '1', options),
]);
