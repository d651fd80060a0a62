import { createRtcClient } from '../support/rtc-client.ts';
import { until } from '../support/wait.ts';
import { dtlsParameters, startMedia } from './support.ts';
import type { TestMedia } from './support.ts';

let media: TestMedia;
beforeAll(async () => {
  media = await startMedia();
});
afterAll(async () => {
  await media.close();
});

test.each([
  ['udp', ['udp']],
  ['tcp', ['tcp']],
  ['relay', ['udp', 'tcp']],
] as const)('openProbe(%s) offers candidates of %j', async (path, protocols) => {
  const probe = await media.server.openProbe(path);
  expect(new Set(probe.transport.iceCandidates.map(({ protocol }) => protocol))).toEqual(new Set(protocols));
  await probe.connect(dtlsParameters);
  probe.close();
});

test.each(['udp', 'tcp'] as const)('openProbe(%s) lets a client connect', async (path) => {
  const probe = await media.server.openProbe(path);
  const client = await createRtcClient(media.server.routerRtpCapabilities, { engine: 'wrtc' });
  const signals = {
    connectTransport: (_id: string, parameters: typeof dtlsParameters) => probe.connect(parameters),
    produce: async () => ({ id: 'not on the server' }),
    produceData: async () => ({ id: 'not on the server' }),
  };
  client.open({ send: probe.transport, recv: probe.transport }, signals);
  await client.publishData('probe');
  await until('the connection', () => client.state('send') === 'connected');
  client.close();
  probe.close();
});

test('openProbe() is bounded, and close() makes room', async () => {
  const results = await Promise.allSettled(Array.from({ length: 55 }, () => media.server.openProbe('udp')));
  const opened = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(opened).toHaveLength(50);
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  expect(new Set(refused)).toEqual(new Set(['media_full']));
  opened[0]!.close();
  const again = await media.server.openProbe('tcp');
  for (const probe of [...opened, again]) probe.close();
  expect((await media.workers[0]!.dump()).routerIds).toEqual([]);
});

test('connect() after close() is a MediaError', async () => {
  const probe = await media.server.openProbe('udp');
  probe.close();
  await expect(probe.connect(dtlsParameters)).rejects.toMatchObject({ name: 'MediaError', code: 'closed' });
});
