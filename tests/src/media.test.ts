import { randomBytes } from 'node:crypto';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

const as = () => ({ authorization: `Bearer ${server.people.patient.token}` });

test('capabilities are public and not sent twice', async () => {
  const first = await server.app.inject('/api/v1/media/capabilities');
  expect(first.json().data).toMatchObject({
    protocolVersion: PROTOCOL_VERSION,
    routerRtpCapabilities: { codecs: [{ mimeType: 'audio/opus' }] },
  });
  const again = await server.app.inject({ url: '/api/v1/media/capabilities', headers: { 'if-none-match': String(first.headers.etag) } });
  expect([again.statusCode, again.body]).toEqual([304, '']);
});

test('download() sends as many bytes as asked for, uncompressed and uncached', async () => {
  const url = '/api/v1/network-test/download?bytes=1000000';
  const response = await server.app.inject({ url, headers: { ...as(), 'accept-encoding': 'gzip' } });
  expect(response.rawPayload.length).toBe(1_000_000);
  expect(response.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'cache-control': 'no-store',
    'content-length': '1000000',
  });
  expect((await server.call('GET', '/api/v1/network-test/download?bytes=8388609', server.people.patient.token)).status).toBe(400);
});

test('upload() counts the bytes and refuses more than 8 MiB', async () => {
  const send = (size: number) =>
    server.app.inject({
      method: 'POST',
      url: '/api/v1/network-test/upload',
      headers: { ...as(), 'content-type': 'application/octet-stream' },
      payload: randomBytes(size),
    });
  expect((await send(3_000_000)).json().data).toEqual({ bytes: 3_000_000 });
  expect((await send(8 * 1_024 * 1_024)).json().data).toEqual({ bytes: 8_388_608 });
  expect((await send(8 * 1_024 * 1_024 + 1)).json().error.code).toBe('payload_too_large');
});

test('upload() of a body without a declared length is cut at 8 MiB', async () => {
  const { Readable } = await import('node:stream');
  const chunk = randomBytes(65_536);
  const response = await server.app.inject({
    method: 'POST',
    url: '/api/v1/network-test/upload',
    headers: { ...as(), 'content-type': 'application/octet-stream' },
    payload: Readable.from(Array.from({ length: 130 }, () => chunk)),
  });
  expect(response.json().error.code).toBe('payload_too_large');
});
