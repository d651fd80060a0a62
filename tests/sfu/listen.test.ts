import type { NetworkInterfaceInfo } from 'node:os';
import { listenAddresses, listenInfos } from '#sfu/listen.ts';

const info = (address: string, internal = false) =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4', netmask: '', mac: '', cidr: null }) as NetworkInterfaceInfo;
const interfaces = {
  lo: [info('127.0.0.1', true), info('::1', true)],
  eth0: [info('192.168.1.20'), info('fd00::20'), info('fd00::21'), info('fe80::1')],
  wlan0: [info('10.0.0.5')],
  docker0: [info('172.17.0.1')],
};
const base = { listen: [], announced: undefined, host: '0.0.0.0', interfaces };

describe('listenAddresses', () => {
  test('listenAddresses() with a loopback host listens on loopback of both families', () => {
    expect(listenAddresses({ ...base, host: '127.0.0.1' })).toEqual([{ ip: '127.0.0.1' }, { ip: '::1' }]);
    expect(listenAddresses({ ...base, host: 'localhost', interfaces: { lo: [info('127.0.0.1', true)] } })).toEqual([{ ip: '127.0.0.1' }]);
  });

  test('listenAddresses() with any other host takes every reachable address, one IPv6 address an interface and no container bridges', () => {
    expect(listenAddresses(base)).toEqual([{ ip: '192.168.1.20' }, { ip: '10.0.0.5' }, { ip: 'fd00::20' }]);
  });

  test('listenAddresses() on a machine without a network falls back to loopback', () => {
    expect(listenAddresses({ ...base, interfaces: { lo: [info('127.0.0.1', true)] } })).toEqual([{ ip: '127.0.0.1' }]);
  });

  test('listenAddresses() keeps named addresses and replaces a wildcard by the addresses of its family', () => {
    expect(listenAddresses({ ...base, listen: ['10.0.0.5', '::'] })).toEqual([{ ip: '10.0.0.5' }, { ip: 'fd00::20' }]);
  });

  test('listenAddresses() with an announced address binds the wildcard of its family only', () => {
    expect(listenAddresses({ ...base, announced: '203.0.113.7' })).toEqual([{ ip: '0.0.0.0', announced: '203.0.113.7' }]);
    expect(listenAddresses({ ...base, announced: '2001:db8::7' })).toEqual([{ ip: '::', announced: '2001:db8::7' }]);
  });

  test('listenAddresses() with an announced host name tells it for both families', () => {
    expect(listenAddresses({ ...base, announced: 'media.example.org', host: '127.0.0.1' })).toEqual([
      { ip: '0.0.0.0', announced: 'media.example.org' },
      { ip: '::', announced: 'media.example.org' },
    ]);
  });

  test('listenAddresses() keeps a named address of the other family without an announcement', () => {
    expect(listenAddresses({ ...base, listen: ['10.0.0.5', 'fd00::20'], announced: '203.0.113.7' })).toEqual([
      { ip: '10.0.0.5', announced: '203.0.113.7' },
      { ip: 'fd00::20' },
    ]);
  });
});

describe('listenInfos', () => {
  test('listenInfos() gives UDP and TCP on each address with the same port', () => {
    const infos = listenInfos([{ ip: '0.0.0.0', announced: '203.0.113.7' }], 40_000);
    expect(infos.map(({ protocol, port, announcedAddress }) => [protocol, port, announcedAddress])).toEqual([
      ['udp', 40_000, '203.0.113.7'],
      ['tcp', 40_000, '203.0.113.7'],
    ]);
  });

  test('listenInfos() leaves the choice of a free port to the worker and keeps :: away from IPv4', () => {
    const [udp] = listenInfos([{ ip: '::' }], 0);
    expect(udp).not.toHaveProperty('port');
    expect(udp?.flags).toEqual({ ipv6Only: true });
  });
});
