import type { Browser } from 'playwright-core';
import { hears, launchBrowser, received, seesMotion } from '../support/browser.ts';
import { canCreateNamespaces, createNamespace, type Namespace } from '../support/namespaces.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { type Device, startCall } from '../support/visit.ts';

let namespace: Namespace;
let server: TestServer;
let near: Browser;
let far: Browser;
let origin: string;
const devices: Device[] = [];

beforeAll(async () => {
  if (!canCreateNamespaces) throw new Error('These tests build networks of their own: run them as root on Linux');
  namespace = await createNamespace({ ipv6: true });
  server = await startServer({ HOST: '::', MEDIA_LISTEN: '0.0.0.0,::' });
  await namespace.dropIpv4();
  origin = `http://[${namespace.hostAddress6}]:${server.port}`;
  [near, far] = await Promise.all([
    launchBrowser(),
    launchBrowser({ secure: origin, program: await namespace.wrapper('/usr/bin/chromium') }),
  ]);
});
afterAll(async () => {
  await Promise.all(devices.map(({ context }) => context.close()));
  await Promise.all([near?.close(), far?.close()]);
  await server?.close();
  await namespace?.close();
});

async function call() {
  const people = await startCall(server, { doctor: near, patient: far }, { patient: origin });
  devices.push(people.doctor, people.patient);
  await Promise.all([
    seesMotion(people.doctor.page),
    seesMotion(people.patient.page),
    hears(people.doctor.page),
    hears(people.patient.page),
  ]);
  return received(people.patient.page);
}

test('a network with IPv6 only: page, signaling and media go over it, both ways', async () => {
  const { remoteAddresses, protocols } = await call();
  expect(new Set(remoteAddresses)).toEqual(new Set([namespace.hostAddress6]));
  expect(new Set(protocols)).toEqual(new Set(['udp']));
});

test('IPv6 only and UDP dropped: the media goes over TCP', async () => {
  await namespace.dropUdp();
  const { remoteAddresses, protocols } = await call();
  expect(new Set(remoteAddresses)).toEqual(new Set([namespace.hostAddress6]));
  expect(new Set(protocols)).toEqual(new Set(['tcp']));
});
