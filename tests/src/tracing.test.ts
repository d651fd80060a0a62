/** Traces: what is recorded of requests and jobs, where it is named, and what happens when nobody takes it. */
import { Writable } from 'node:stream';
import { loadConfig } from '#config/index.ts';
import { createLog } from '#src/log.ts';
import { startTracing, type Traces } from '#src/tracing.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { type Collector, pathTo, startCollector } from '#tests/support/collector.ts';
import { memoryLog } from '#tests/support/sinks.ts';
import { until } from '#tests/support/wait.ts';

const settings = (url: string, share = '1') => ({
  ...{ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_TRACES_SAMPLER_ARG: share, OTEL_BSP_SCHEDULE_DELAY: '30' },
});

let collector: Collector;
const opened: Traces[] = [];
beforeAll(async () => {
  collector = await startCollector();
});
afterAll(async () => {
  for (const traces of opened) await traces.close();
  await collector.close();
});

async function startTraces(env: Record<string, string>, log = memoryLog().log): Promise<Traces> {
  const traces = await startTracing(loadConfig({ NODE_ENV: 'test', ...env }), '1.0.0', 'node-1', log);
  if (!traces) throw new Error('no traces');
  opened.push(traces);
  return traces;
}

describe('a request', () => {
  let server: TestApp;
  let lines = '';
  beforeAll(async () => {
    const memory = new Writable({ write: (chunk: Buffer, _encoding, done) => ((lines += chunk.toString()), done()) });
    const env = settings(collector.url);
    const config = loadConfig({ NODE_ENV: 'test', LOG_LEVEL: 'trace', LOG_PRETTY: 'false', ...env });
    server = await startApp(env, {}, true, createLog(config, memory));
  });
  afterAll(() => server.close());

  test('is one trace down to its statements, and its lines in the log name it', async () => {
    const profile = { name: '王敏', relationship: 'self', phone: '13800138000' };
    const { headers, status } = await server.call('POST', '/api/v1/visit-profiles', server.people.patient.token, profile);
    expect(status).toBe(200);
    const requestId = headers['x-request-id'];
    const [root, ...below] = await until('the statement', () => {
      const spans = collector.spans();
      const insert = spans.find(({ name }) => name === 'INSERT visit_profiles');
      const path = insert && pathTo(insert, spans);
      return path?.[0]?.parentSpanId === '' ? path : undefined;
    });
    expect(root).toMatchObject({ name: 'POST /api/v1/visit-profiles', parentSpanId: '', failed: false });
    expect(root?.attributes).toEqual({
      ...{ 'http.request.method': 'POST', 'http.route': '/api/v1/visit-profiles', 'http.response.status_code': 200 },
      'wenzhen.request_id': requestId,
    });
    const [statement] = below;
    expect(statement?.attributes).toEqual({
      ...{ 'db.system.name': 'sqlite', 'db.operation.name': 'INSERT', 'db.collection.name': 'visit_profiles' },
    });
    const line = lines.split('\n').find((text) => text.includes(String(requestId)) && text.includes('"msg":"request"'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: root?.traceId });
    expect(collector.text()).not.toMatch(/王敏|13800138000/);
  });

  test('does not continue the trace of its caller', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await server.app.inject({ url: '/api/v1/hospitals', headers: { traceparent } });
    await until('the span', () => collector.spans().some(({ name }) => name === 'GET /api/v1/hospitals'));
    expect(collector.spans().filter(({ traceId }) => traceId.startsWith('aaaa'))).toEqual([]);
  });
});

test('without a collector there is none of it, and a wrong setting is told', async () => {
  expect(await startTracing(loadConfig({ NODE_ENV: 'test' }), '1.0.0', 'node-1', memoryLog().log)).toBeNull();
  expect(() => loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' })).toThrow(/OTEL_EXPORTER_OTLP_ENDPOINT/);
  expect(() => loadConfig({ OTEL_TRACES_SAMPLER_ARG: '1.5' })).toThrow(/OTEL_TRACES_SAMPLER_ARG/);
});

test('what is not chosen is not recorded, nor what is below it', async () => {
  const traces = await startTraces(settings(collector.url, '0'));
  expect(traces.start({ name: 'socket x', kind: 'server', parent: null })).toBeNull();
  expect(traces.start({ name: 'SELECT x', kind: 'client' })).toBeNull();
  expect(traces.carrier()).toBeUndefined();
  // Another node has chosen.
  const parent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
  const span = traces.start({ name: 'bus ask', kind: 'server', parent });
  expect(span?.carrier).toMatch(/^00-1{32}-[\da-f]{16}-01$/);
  span?.end();
  for (const nonsense of ['', 'x', `00-${'0'.repeat(32)}-${'2'.repeat(16)}-01`, `00-${'1'.repeat(32)}-${'2'.repeat(16)}-zz`])
    expect(traces.start({ name: 'bus ask', kind: 'server', parent: nonsense })).toBeNull();
});

test('what goes on behind a span that has ended is not of its trace; work that is bound is', async () => {
  const traces = await startTraces(settings(collector.url));
  const span = traces.start({ name: 'socket x', kind: 'server', parent: null });
  const bound = span!.run(() => traces.bind(() => traces.carrier()));
  expect(bound()).toBe(span!.carrier);
  expect(span!.run(() => traces.apart(() => traces.carrier()))).toBeUndefined();
  span!.end(Object.assign(new Error('王敏 has no such thing'), { code: 'not_found' }));
  expect(bound()).toBeUndefined();
  const sent = await until('the span', () => collector.spans().find(({ name }) => name === 'socket x'));
  expect(sent).toMatchObject({ failed: true, node: 'node-1', attributes: { 'error.type': 'not_found' } });
  expect(collector.text()).not.toContain('王敏 has');
});

test('a collector that takes nothing costs a line in the log now and then, and no more', async () => {
  const { log, text } = memoryLog();
  const refusing = await startCollector(400);
  const traces = await startTraces(settings(refusing.url), log);
  for (let round = 0; round < 3; round++) {
    traces.start({ name: 'socket x', kind: 'server', parent: null })!.end();
    await until('the next try', () => refusing.spans().length > round);
  }
  await until('the complaint', () => text().includes('traces not exported'));
  expect(text().match(/traces not exported/g)).toHaveLength(1);
  await refusing.close();
});
