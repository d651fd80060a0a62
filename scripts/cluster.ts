/**
 * `npm run cluster`: a whole cluster as plain processes of this machine, for development and tests. With a command behind it,
 * it acts on the one that runs.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster } from '../tests/support/cluster/cluster.ts';
import { CLUSTER_COMMANDS, runCommand } from '../tests/support/cluster/commands.ts';
import { listenForCommands, sendCommand } from '../tests/support/cluster/control.ts';

const HELP = `Usage: npm run cluster                            start MariaDB, Redis, two nodes and a job worker behind one port; Ctrl-C ends all
       npm run cluster -- <command> [node] [...]  do something to the one that runs

Options of the start
  --nodes <count>       nodes (2)
  --port <port>         of the balancer (8080)
  --database <url>      server to make the database on, mysql://…; default: one of its own
  --folder <folder>     where commands reach it (data/cluster)
  --set <NAME=value>    a setting of every node; may be given several times

Commands; a node is 1, 2, … or jobs
${CLUSTER_COMMANDS}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: 'string', default: '2' },
    port: { type: 'string', default: '8080' },
    database: { type: 'string' },
    folder: { type: 'string', default: path.join('data', 'cluster') },
    set: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});

async function run(): Promise<void> {
  const nodes = Number(values.nodes);
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > 20) throw new Error('--nodes is a number from 1 to 20');
  let ending = false;
  const { promise: asked, resolve: end } = Promise.withResolvers<void>();
  // A terminal tells every process of ours as well; whoever asks twice does not want to wait.
  const stop = (): void => {
    if (ending) return;
    ending = true;
    end();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
  console.log('Starting MariaDB, Redis, the nodes and the job worker …');
  const env = Object.fromEntries(values.set.map((setting) => setting.split(/=(.*)/s, 2)));
  const database = values.database && { databaseServer: values.database };
  const cluster = await startCluster({ nodes, port: Number(values.port), env, ...database });
  const control = await listenForCommands(values.folder, (words) => runCommand(cluster, words)).catch(async (error: unknown) => {
    await cluster.close();
    throw error;
  });
  const accounts = cluster.node('1').process.output().trimEnd();
  console.log(`${accounts}\n\nThe cluster is ready: ${cluster.url} leads to each of ${nodes} nodes in turn. Ctrl-C ends it.`);
  console.log(await runCommand(cluster, ['status']));
  await asked;
  console.log('Ending …');
  await control.close();
  await cluster.close();
}

try {
  if (values.help) console.log(HELP);
  else if (positionals.length === 0) await run();
  else console.log(await sendCommand(values.folder, positionals));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
// Sockets of clients may linger.
process.exit(0);
