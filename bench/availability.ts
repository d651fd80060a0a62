/**
 * AVAIL: two nodes behind a plain balancer answer REST while one of them is killed or stands still, a media worker is killed, and Redis is out of
 * reach of both. How long was the longest that anybody waited for an answer, who tries again as our client does? Ours alone.
 */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningCluster, startCluster } from '#tests/support/cluster/cluster.ts';
import { runCommand } from '#tests/support/cluster/commands.ts';
import { signIn } from '#tests/support/rest.ts';
import { demoAccounts } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';
import { type Condition, conclude, finish, type Options, readOptions, type Result } from './harness.ts';

const CLIENTS = 10;
/** Between an answer and the next request of one client, and before it tries again, in ms. */
const PAUSE_MS = 50;
/** A client gives an attempt up after this long and tries again. */
const PATIENCE_MS = 1_000;
const GOAL_MS = 3_000;
const RECOVERY_MS = 60_000;
/** The sanity twin: both nodes stand still for this long as well. */
const TWIN_MS = 5_000;
const ROUTES = ['/users/me', '/appointments?pageSize=20', '/notifications/unread'];

interface Loss {
  id: string;
  what: string;
  strike(cluster: RunningCluster): Promise<unknown>;
  mend(cluster: RunningCluster): Promise<unknown>;
}

const both = (cluster: RunningCluster, command: string): Promise<unknown> =>
  Promise.all(['1', '2'].map((name) => runCommand(cluster, [command, name])));

const losses: readonly Loss[] = [
  {
    id: 'AVAIL node',
    what: 'a node gets kill -9',
    strike: (cluster) => runCommand(cluster, ['kill', '1']),
    mend: (cluster) => runCommand(cluster, ['start', '1']),
  },
  {
    id: 'AVAIL hang',
    what: 'a node stands still',
    strike: (cluster) => runCommand(cluster, ['pause', '2']),
    mend: (cluster) => runCommand(cluster, ['resume', '2']),
  },
  {
    id: 'AVAIL worker',
    what: 'a media worker gets kill -9',
    strike: async (cluster) => {
      const [worker] = await cluster.node('2').process.workers();
      if (worker === undefined) throw new Error('there is no media worker');
      process.kill(worker, 'SIGKILL');
    },
    mend: async () => undefined,
  },
  {
    id: 'AVAIL redis',
    what: 'Redis is out of reach of both nodes',
    strike: (cluster) => both(cluster, 'partition'),
    mend: (cluster) => both(cluster, 'heal'),
  },
];

/** One attempt on a connection of its own: the balancer chooses anew. @returns the status */
function attempt(url: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const request = get(url, { headers, agent: new Agent({ keepAlive: false }), timeout: PATIENCE_MS }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0)).once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('no answer'))).once('error', reject);
  });
}

interface Watch {
  /** ms between the first try and the answer, by client: the longest. */
  longest: number;
  answers: number;
  /** Attempts without an answer, or with a 5xx. */
  failed: number;
}

/** Clients that ask all the time. @returns what ends them and tells how they fared */
function keepAsking(url: string, token: string): () => Promise<Watch> {
  const watch: Watch = { longest: 0, answers: 0, failed: 0 };
  let over = false;
  const client = async (index: number): Promise<void> => {
    for (let asked = index; !over; asked++) {
      const begun = performance.now();
      const wanted = `${url}/api/v1${ROUTES[asked % ROUTES.length]}`;
      while (!over && (await attempt(wanted, token).catch(() => 599)) >= 500) {
        watch.failed++;
        await sleep(PAUSE_MS);
      }
      watch.answers++;
      watch.longest = Math.max(watch.longest, performance.now() - begun);
      await sleep(PAUSE_MS);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_none, index) => client(index));
  return async () => {
    over = true;
    await Promise.all(clients);
    return watch;
  };
}

const allReady = async (cluster: RunningCluster): Promise<boolean> =>
  !/not ready|down|paused|without/.test(await runCommand(cluster, ['status']));

async function play(cluster: RunningCluster, token: string, loss: Loss, options: Options): Promise<Watch> {
  await until('both nodes to be ready', () => allReady(cluster), RECOVERY_MS, 200);
  const stop = keepAsking(cluster.url, token);
  await sleep(1_000);
  await loss.strike(cluster);
  if (options.twin) {
    const running = cluster.nodes.filter(({ name, process: node }) => name !== 'jobs' && node.running());
    for (const { name } of running) await runCommand(cluster, ['pause', name]);
    await sleep(TWIN_MS);
    for (const { name } of running) await runCommand(cluster, ['resume', name]);
  }
  await sleep(options.seconds * 1_000);
  await loss.mend(cluster);
  await until('both nodes to be ready again', () => allReady(cluster), RECOVERY_MS, 200);
  await sleep(1_000);
  return stop();
}

async function measure(cluster: RunningCluster, options: Options): Promise<Result[]> {
  const { token } = await signIn(cluster, demoAccounts(cluster.node('1').process.output()).patient);
  const results: Result[] = [];
  for (const loss of losses) {
    console.log(`${loss.id}: ${loss.what}`);
    const watches: Watch[] = [];
    while (watches.length < options.pairs) {
      const watch = await play(cluster, token, loss, options);
      watches.push(watch);
      console.log(`  longest wait ${watch.longest.toFixed(0)} ms; ${watch.answers} answers, ${watch.failed} attempts failed`);
    }
    const times = watches.map(({ longest }) => ({ bare: Number.NaN, ours: longest }));
    const enough: Condition = { text: 'clients were answered all the while', holds: watches.every(({ answers }) => answers > CLIENTS) };
    const what = `longest wait for an answer by REST while ${loss.what}`;
    results.push(conclude({ id: loss.id, what, unit: 'ms', compare: 'value', atMost: GOAL_MS }, times, options, [enough]));
  }
  return results;
}

const options = readOptions({ pairs: 3, seconds: 15 });
console.log('AVAIL: REST of two nodes through losses');
const unlimited = { RATE_HTTP_PER_MINUTE: '1000000000', RATE_USER_PER_MINUTE: '0', RATE_ROUTE_PER_MINUTE: '0', MEDIA_WORKERS: '1' };
const cluster = await startCluster({ nodes: 2, env: { MEDIA_LISTEN: '127.0.0.1', ...unlimited } });
try {
  finish(await measure(cluster, options));
} finally {
  await cluster.close();
}
process.exit();
