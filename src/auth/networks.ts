/** Addresses and clients as signing in tells them apart. */
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { ClientType } from './model.ts';

/** Where a request comes from. */
export interface Origin {
  readonly ip: string;
  readonly userAgent: string | null;
  readonly requestId: string;
}

/** What a client says of itself; nothing depends on its being true. */
export interface ClientClaim {
  type?: ClientType | undefined;
  deviceId?: string | undefined;
  deviceName?: string | undefined;
}

/** What one customer of a provider has: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  return `${groupsOf(address).slice(0, 4).join(':')}::/64`;
}

/** A wider net, for telling whether somebody signs in from where they did before: addresses of phones and homes change within it. */
export function regionOf(address: string): string {
  const network = networkOf(address);
  if (isIPv4(network)) return `${network.split('.').slice(0, 2).join('.')}.0.0/16`;
  return isIPv6(address) ? `${groupsOf(address).slice(0, 3).join(':')}::/48` : network;
}

function groupsOf(address: string): string[] {
  const [head = '', tail = ''] = (address.split('%', 1)[0] ?? '').split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array<string>(8 - left.length - right.length).fill('0') : [];
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16));
}

const BROWSERS: [RegExp, string][] = [
  [/MicroMessenger/i, 'WeChat'],
  [/AlipayClient/i, 'Alipay'],
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/Firefox\/|FxiOS/, 'Firefox'],
  [/Chrome\/|CriOS/, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];
const firstOf = (table: [RegExp, string][], text: string) => table.find(([pattern]) => pattern.test(text))?.[1];

/** For lists of devices: `Chrome, Windows`, or the program's own name. */
export function deviceName(userAgent: string | null): string | null {
  if (!userAgent) return null;
  const parts = [firstOf(BROWSERS, userAgent), firstOf(SYSTEMS, userAgent)].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(', ') : (userAgent.split(/[\s/]/, 1)[0] ?? '').slice(0, 100) || null;
}

export function clientType({ type }: ClientClaim, userAgent: string | null): ClientType {
  if (type) return type;
  if (/MicroMessenger/i.test(userAgent ?? '')) return 'wechat';
  if (/AlipayClient/i.test(userAgent ?? '')) return 'alipay';
  if (!userAgent?.startsWith('Mozilla/')) return 'other';
  return /Mobile|Android|iPhone/.test(userAgent) ? 'h5' : 'web';
}

/** The same for each login from one device, as far as can be told. Versions of browsers change, so they do not count. */
export function deviceKey({ deviceId }: ClientClaim, userAgent: string | null): string {
  return createHash('sha256')
    .update(deviceId ?? `agent ${(userAgent ?? '').replaceAll(/[\d._]+/g, '')}`)
    .digest('hex');
}
