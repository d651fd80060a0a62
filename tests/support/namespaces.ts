/**
 * A network namespace of our own: a second host on this machine, joined to it by a veth pair. Needs root and
 * iproute2/nftables. What a client in it can reach and how is then a matter of real links and real firewall rules.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Namespace {
  name: string;
  /** Address of this machine as seen from inside. */
  hostAddress: string;
  /** Address of the other host. */
  address: string;
  /** IPv6 address of this machine as seen from inside; empty without `ipv6`. */
  hostAddress6: string;
  /** Path of a program that starts `command` inside, for launchers that want an executable. */
  wrapper(command: string): Promise<string>;
  /** Loses every packet in both directions; neither side is told, as when a mobile network goes away. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Gives the other host another address, as when a phone goes from Wi-Fi to mobile data. */
  changeAddress(): Promise<void>;
  /** Drops every UDP packet in both directions, silently, as strict hospital firewalls do. */
  dropUdp(): Promise<void>;
  /** Drops everything that goes out except TCP to these ports, as where only the web is allowed. */
  allowTcpTo(...ports: number[]): Promise<void>;
  /** Drops every IPv4 packet in both directions. */
  dropIpv4(): Promise<void>;
  /** Lets no more than this through, kbit/s, each way or only up, from the other host; what is too much waits in a short queue or is lost. */
  limit(kbps: number, way?: 'both' | 'up'): Promise<void>;
  unlimit(): Promise<void>;
  close(): Promise<void>;
}

let next = process.pid % 200;

/** Whether this process may create namespaces. */
export const canCreateNamespaces = process.getuid?.() === 0 && process.platform === 'linux';

/**
 * Creates a namespace with one veth pair on a /29 of its own.
 * @param options.ipv6 gives both ends an address on a /64, too
 */
export async function createNamespace(options: { ipv6?: boolean } = {}): Promise<Namespace> {
  let index = next++ % 250;
  // A run that was killed leaves its link behind.
  while (existsSync(`/sys/class/net/wzh${index}`)) index = next++ % 250;
  const name = `wz${process.pid}x${index}`;
  const [hostLink, link] = [`wzh${index}`, `wzn${index}`];
  const [hostAddress, address] = [`10.231.${index}.1`, `10.231.${index}.2`];
  const hostAddress6 = options.ipv6 ? `fd00:231:${index}::1` : '';
  const ip = (...args: string[]) => run('ip', args);
  await ip('netns', 'add', name);
  await ip('link', 'add', hostLink, 'type', 'veth', 'peer', 'name', link, 'netns', name);
  await ip('addr', 'add', `${hostAddress}/29`, 'dev', hostLink);
  await ip('link', 'set', hostLink, 'up');
  await ip('-n', name, 'addr', 'add', `${address}/29`, 'dev', link);
  await ip('-n', name, 'link', 'set', 'lo', 'up');
  await ip('-n', name, 'link', 'set', link, 'up');
  if (options.ipv6) {
    // Without duplicate address detection an address can be used at once.
    await ip('addr', 'add', `${hostAddress6}/64`, 'dev', hostLink, 'nodad');
    await ip('-n', name, 'addr', 'add', `fd00:231:${index}::2/64`, 'dev', link, 'nodad');
  }
  const inside = (...command: string[]) => run('ip', ['netns', 'exec', name, ...command]);
  const drop = async (table: string, input: string, output: string): Promise<void> => {
    const chain = (hook: string, match: string) => `chain ${hook} { type filter hook ${hook} priority 0; ${match} drop; };`;
    await inside('nft', `table inet ${table} { ${chain('input', input)} ${chain('output', output)} }`);
  };
  let limited: 'both' | 'up' | undefined;
  const folder = await mkdtemp(join(tmpdir(), 'wenzhen-netns-'));
  return {
    name,
    hostAddress,
    address,
    hostAddress6,
    async wrapper(command) {
      const path = join(folder, 'run.sh');
      await writeFile(path, `#!/bin/sh\nexec ip netns exec ${name} ${command} "$@"\n`);
      await chmod(path, 0o755);
      return path;
    },
    cut: () => drop('silence', 'meta iifname != "lo"', 'meta oifname != "lo"'),
    mend: async () => void (await inside('nft', 'delete table inet silence')),
    async changeAddress() {
      await ip('-n', name, 'addr', 'del', `${address}/29`, 'dev', link);
      await ip('-n', name, 'addr', 'add', `10.231.${index}.3/29`, 'dev', link);
    },
    dropUdp: () => drop('no_udp', 'meta l4proto udp', 'meta l4proto udp'),
    async allowTcpTo(...ports) {
      const rules = `oifname "lo" accept; tcp dport { ${ports.join(', ')} } accept;`;
      await inside('nft', `table inet web_only { chain output { type filter hook output priority 0; policy drop; ${rules} }; }`);
    },
    dropIpv4: () => drop('no_ipv4', 'meta nfproto ipv4 meta iifname != "lo"', 'meta nfproto ipv4 meta oifname != "lo"'),
    async limit(kbps, way = 'both') {
      const filter = ['root', 'tbf', 'rate', `${kbps}kbit`, 'burst', '4kb', 'latency', '200ms'];
      if (way === 'both') await run('tc', ['qdisc', 'replace', 'dev', hostLink, ...filter]);
      await inside('tc', 'qdisc', 'replace', 'dev', link, ...filter);
      limited = way;
    },
    async unlimit() {
      if (limited === 'both') await run('tc', ['qdisc', 'del', 'dev', hostLink, 'root']);
      if (limited) await inside('tc', 'qdisc', 'del', 'dev', link, 'root');
      limited = undefined;
    },
    async close() {
      await ip('netns', 'del', name).catch(() => undefined);
      await ip('link', 'del', hostLink).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
