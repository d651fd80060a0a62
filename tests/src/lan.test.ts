import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lanAddresses, selfSignedCertificate } from '#src/lan.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-lan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const info = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4', internal = false) =>
  ({ address, family, internal }) as NetworkInterfaceInfo;

test('lanAddresses() names what others reach, home networks first', () => {
  const interfaces = {
    lo: [info('127.0.0.1', 'IPv4', true)],
    docker0: [info('172.17.0.1')],
    tun0: [info('10.8.0.2')],
    wlan0: [info('192.168.1.20'), info('fe80::1', 'IPv6')],
    eth0: [info('203.0.113.9')],
  };
  expect(lanAddresses(interfaces)).toEqual(['192.168.1.20', '10.8.0.2', '203.0.113.9']);
});

test('selfSignedCertificate() is kept, and made anew when the addresses change', async () => {
  const first = await selfSignedCertificate(folder, ['192.168.1.20']);
  expect(await selfSignedCertificate(folder, ['192.168.1.20'])).toEqual(first);
  const second = await selfSignedCertificate(folder, ['192.168.1.21']);
  expect(second.cert).not.toBe(first.cert);
  const certificate = new X509Certificate(second.cert);
  for (const address of ['127.0.0.1', '::1', '192.168.1.21']) expect(certificate.checkIP(address)).toBeDefined();
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect((await stat(path.join(folder, 'lan-key.pem'))).mode & 0o777).toBe(0o600);
});

test('selfSignedCertificate() serves HTTPS', async () => {
  const tls = await selfSignedCertificate(folder, []);
  const server = createServer(tls, (_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = get({ host: '127.0.0.1', port, ca: tls.cert });
  const [response] = await once(request, 'response');
  expect(response.statusCode).toBe(200);
  response.resume();
  server.close();
});
