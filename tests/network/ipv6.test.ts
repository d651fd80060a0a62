import { received } from '../support/browser.ts';
import { farSuite } from '../support/browser-suite.ts';
import { bothSeeAndHear } from '../support/visit.ts';

const suite = farSuite({
  ipv6: true,
  settings: () => ({ HOST: '::', MEDIA_LISTEN: '0.0.0.0,::' }),
  shape: (namespace) => namespace.dropIpv4(),
});

async function call() {
  const people = await suite.call();
  await bothSeeAndHear(people);
  return received(people.patient.page);
}

test('a network with IPv6 only: page, signaling and media go over it, both ways', async () => {
  const { remoteAddresses, protocols } = await call();
  expect(new Set(remoteAddresses)).toEqual(new Set([suite.namespace.hostAddress6]));
  expect(new Set(protocols)).toEqual(new Set(['udp']));
});

test('IPv6 only and UDP dropped: the media goes over TCP', async () => {
  await suite.namespace.dropUdp();
  const { remoteAddresses, protocols } = await call();
  expect(new Set(remoteAddresses)).toEqual(new Set([suite.namespace.hostAddress6]));
  expect(new Set(protocols)).toEqual(new Set(['tcp']));
});
