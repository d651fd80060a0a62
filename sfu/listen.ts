/** Decides where the media ports listen and which addresses clients are told. */
import { isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import type { types } from 'mediasoup';
import { VIRTUAL_INTERFACE } from '#config/network.ts';

/** An address to bind, and what clients are told instead of it (behind NAT). */
export interface ListenAddress {
  ip: string;
  announced?: string;
}

type Interfaces = Record<string, NetworkInterfaceInfo[] | undefined>;

const family = (address: string): 0 | 4 | 6 => isIP(address) as 0 | 4 | 6;

/** True for host names and addresses that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Addresses of this machine that others can reach: every IPv4 one, and the first of each interface for IPv6 (the rest expire). */
function reachable(interfaces: Interfaces, version: 4 | 6): string[] {
  return Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL_INTERFACE.test(name))
    .flatMap(([, infos = []]) => {
      const own = infos.filter((info) => !info.internal && family(info.address) === version && !info.address.startsWith('fe80:'));
      return (version === 4 ? own : own.slice(0, 1)).map((info) => info.address);
    });
}

function loopback(interfaces: Interfaces): ListenAddress[] {
  const six = Object.values(interfaces).some((infos) => infos?.some((info) => info.address === '::1'));
  return six ? [{ ip: '127.0.0.1' }, { ip: '::1' }] : [{ ip: '127.0.0.1' }];
}

/**
 * Where to listen.
 * - Addresses of `listen` are taken as they are; a wildcard among them stands for the machine's addresses of its family,
 *   because a candidate has to name an address.
 * - Without any: loopback when the HTTP server is on loopback, otherwise both wildcards; loopback again when the machine
 *   has no other address.
 * - `announced` is told in place of every address of its family (a host name: of both), and then a wildcard stays one.
 * @param interfaces of `os.networkInterfaces()`
 */
export function listenAddresses(options: {
  listen: readonly string[];
  announced: string | undefined;
  host: string;
  interfaces: Interfaces;
}): ListenAddress[] {
  const { listen, announced, host, interfaces } = options;
  if (listen.length === 0 && isLoopback(host) && !announced) return loopback(interfaces);
  const wanted = listen.length > 0 ? listen : ['0.0.0.0', '::'];
  if (announced) {
    const suits = (ip: string) => family(announced) === 0 || family(announced) === family(ip);
    const told = wanted.filter(suits).map((ip) => ({ ip, announced }));
    return listen.length > 0 ? [...told, ...wanted.filter((ip) => !suits(ip)).map((ip) => ({ ip }))] : told;
  }
  const found = wanted.flatMap((ip) => {
    if (ip !== '0.0.0.0' && ip !== '::') return [{ ip }];
    return reachable(interfaces, ip === '::' ? 6 : 4).map((address) => ({ ip: address }));
  });
  return found.length > 0 ? found : loopback(interfaces);
}

/** Larger than the kernel's default, so that a key frame towards many receivers is not dropped in the socket. */
export const SOCKET_BUFFER_BYTES = 4 << 20;

/**
 * Sockets of one worker: UDP and TCP on every address.
 * @param port 0 takes free ports
 */
export function listenInfos(addresses: readonly ListenAddress[], port: number): types.TransportListenInfo[] {
  return addresses.flatMap(({ ip, announced }) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      ip,
      ...(announced ? { announcedAddress: announced } : {}),
      ...(port > 0 ? { port } : {}),
      ...(ip === '::' ? { flags: { ipv6Only: true } } : {}),
      sendBufferSize: SOCKET_BUFFER_BYTES,
      recvBufferSize: SOCKET_BUFFER_BYTES,
    })),
  );
}

/**
 * Where pipes to other nodes listen.
 * @param options.address what other nodes are told; listened on when this machine has it, else everywhere
 * @param options.media the addresses of the media ports: the first one serves when no other is given
 */
export function pipeListen(options: {
  address: string | undefined;
  ports: { min: number; max: number } | undefined;
  media: readonly ListenAddress[];
  interfaces: Interfaces;
}): { ip: string; announced?: string; ports?: { min: number; max: number } } {
  const { ports, media, interfaces } = options;
  const range = ports && { ports };
  const wildcard = (ip: string | undefined): boolean => ip === undefined || ip === '0.0.0.0' || ip === '::';
  // Behind NAT the media ports listen everywhere; nodes reach each other without it.
  const own = media.find(({ ip }) => !wildcard(ip))?.ip ?? reachable(interfaces, 4)[0] ?? '127.0.0.1';
  const address = options.address ?? own;
  const isOwn = Object.values(interfaces).some((infos) => infos?.some((info) => info.address === address));
  if (isOwn) return { ip: address, ...range };
  return { ip: family(address) === 6 ? '::' : '0.0.0.0', announced: address, ...range };
}
