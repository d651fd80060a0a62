/** What may be done to the nodes of a running cluster, as one types it: `kill 2`, `partition 2 database`, `status`. */
import type { ClusterNode, RunningCluster, Side } from './cluster.ts';

type Command = (node: ClusterNode, sides: readonly Side[]) => Promise<unknown> | void;

/** A process and its media workers: a machine that stands still takes both. */
async function signalAll({ process: node }: ClusterNode, signal: NodeJS.Signals): Promise<void> {
  for (const pid of [node.pid(), ...(await node.workers())]) process.kill(pid, signal);
}

async function resume(node: ClusterNode): Promise<void> {
  await signalAll(node, 'SIGCONT');
  node.paused = false;
}

/** One paused takes no other signal. */
async function awake(node: ClusterNode): Promise<void> {
  if (node.paused) await resume(node);
}

const commands: Record<string, Command> = {
  kill: async (node) => {
    await node.process.kill();
    node.paused = false;
  },
  stop: async (node) => {
    await awake(node);
    await node.process.stop();
  },
  start: (node) => {
    if (node.process.running()) throw new Error(`node ${node.name} runs already`);
    return node.process.start();
  },
  pause: async (node) => {
    await signalAll(node, 'SIGSTOP');
    node.paused = true;
  },
  resume,
  partition: (node, sides) => {
    for (const side of sides.length > 0 ? sides : (['redis'] as const)) {
      node.gates[side].cut();
      node.cut.add(side);
    }
  },
  heal: (node, sides) => {
    for (const side of sides.length > 0 ? sides : [...node.cut]) {
      node.gates[side].open();
      node.cut.delete(side);
    }
  },
};

export const CLUSTER_COMMANDS = `  status                          what runs
  log <node>                      what it has printed since the start of the cluster
  kill <node>                     kill -9
  stop <node>                     in order, as a restart does
  start <node>                    one that was killed or stopped
  pause <node> | resume <node>    SIGSTOP and SIGCONT, media workers included
  partition <node> [redis|database]
                                  cut its connections to Redis (default) or the database, and let no other through
  heal <node> [redis|database]    mend what was cut`;

/**
 * Does one command.
 * @param words for example `['partition', '2', 'database']`
 * @returns what there is to say
 * @throws an error whose message is for the person who typed it
 */
export async function runCommand(cluster: RunningCluster, words: readonly string[]): Promise<string> {
  const [name = '', nodeName = '', ...sides] = words;
  if (name === 'status') return status(cluster);
  if (name === 'log') return cluster.node(nodeName).process.output();
  const command = commands[name];
  if (!command) throw new Error(`there is no command ${name}; there are\n${CLUSTER_COMMANDS}`);
  const wrong = sides.find((side) => side !== 'redis' && side !== 'database');
  if (wrong) throw new Error(`${wrong} is neither redis nor database`);
  const node = cluster.node(nodeName);
  await command(node, sides as Side[]);
  return `${name} ${node.name}: done`;
}

async function status({ url, nodes }: RunningCluster): Promise<string> {
  const lines = await Promise.all(nodes.map(async (node) => [node.name, node.roles, await stateOf(node), node.process.url].join('\t')));
  return [`balancer\t${url}`, ...lines].join('\n');
}

async function stateOf({ process: node, paused, cut }: ClusterNode): Promise<string> {
  const without = cut.size > 0 ? ` without ${[...cut].join(' and ')}` : '';
  if (!node.running()) return 'down';
  if (paused) return `paused${without}`;
  const ready = await fetch(`${node.url}/health/ready`, { signal: AbortSignal.timeout(3_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  return `${ready ? 'ready' : 'not ready'}${without}`;
}
