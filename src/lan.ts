/** HTTPS in the local network: browsers give camera and microphone to `localhost` and to HTTPS only. */
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { makePrivateFolder } from '#config/folder.ts';
import { VIRTUAL_INTERFACE } from '#config/network.ts';

export interface Certificate {
  key: string;
  cert: string;
}

const VALID_DAYS = 365;
const DAY = 86_400_000;

/** IPv4 addresses that other machines of the network reach this one at; the likeliest first. */
export function lanAddresses(interfaces = networkInterfaces()): string[] {
  const addresses = Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL_INTERFACE.test(name))
    .flatMap(([, infos = []]) => infos.filter((info) => info.family === 'IPv4' && !info.internal).map((info) => info.address));
  const rank = (address: string) => ['192.168.', '10.', '172.'].findIndex((prefix) => address.startsWith(prefix)) >>> 0;
  return addresses.sort((a, b) => rank(a) - rank(b));
}

/**
 * The certificate kept in `folder`, made anew when it is missing, about to expire or made for other addresses.
 * @param addresses IP addresses besides the loopback ones
 */
export async function selfSignedCertificate(folder: string, addresses: string[]): Promise<Certificate> {
  const files = { key: path.join(folder, 'lan-key.pem'), cert: path.join(folder, 'lan-cert.pem') };
  const kept = await Promise.all([readFile(files.key, 'utf8'), readFile(files.cert, 'utf8')]).catch(() => null);
  const names = ['127.0.0.1', '::1', ...addresses];
  if (kept && covers(kept[1], names)) return { key: kept[0], cert: kept[1] };
  const made = await make(names);
  makePrivateFolder(folder);
  await writeFile(files.key, made.key, { mode: 0o600 });
  await writeFile(files.cert, made.cert);
  return made;
}

function covers(pem: string, addresses: string[]): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.validToDate.getTime() > Date.now() + DAY && addresses.every((address) => certificate.checkIP(address));
  } catch {
    return false;
  }
}

async function make(addresses: string[]): Promise<Certificate> {
  const altNames = [{ type: 2 as const, value: 'localhost' }, ...addresses.map((ip) => ({ type: 7 as const, ip }))];
  // Loads eighty modules that no other start needs.
  const { generate } = await import('selfsigned');
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'Wenzhen (local network)' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - DAY),
    notAfterDate: new Date(Date.now() + VALID_DAYS * DAY),
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { key, cert };
}
