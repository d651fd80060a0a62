/** What the parts have to agree on about networks. */
import { isIP } from 'node:net';
import { z } from 'zod';

/** Bridges and pairs of container engines: nobody outside this machine reaches them. */
export const VIRTUAL_INTERFACE = /^(docker|br-|veth|virbr|lxc|cni|flannel|cali)/;

/** Names that Fastify (proxy-addr) knows for ranges of addresses. */
const NAMED_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/** True for an address, a range in CIDR notation, or the name of one. */
export function isAddressRange(text: string): boolean {
  if (NAMED_RANGES.has(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A range of ports: `40000-40999`. */
export const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'is no range of ports')
  .transform((text) => {
    const [min = 0, max = 0] = text.split('-').map(Number);
    return { min, max };
  })
  .refine(({ min, max }) => min > 0 && min <= max && max <= 65_535, 'is no range of ports');
