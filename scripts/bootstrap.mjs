// Makes a fresh clone ready: `npm start` runs it as prestart, `npm test` as
// pretest. Plain JavaScript without dependencies, since it runs before npm ci and
// under the system's Node (20 or later); everything after it runs under the Node
// 24 that npm ci brings. With nothing to do it is silent and takes a moment.
//
//   node scripts/bootstrap.mjs [start|test]

const target = process.argv[2] ?? 'start';
if (!['start', 'test'].includes(target)) {
  console.error('Usage: node scripts/bootstrap.mjs [start|test]');
  process.exit(2);
}
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`Wenzhen needs Node.js 20 or later to get going; this is ${process.version}.`);
  process.exit(1);
}

// Imported only now: an older Node would stumble over these files with an obscure message.
const { UserError, startLog } = await import('./bootstrap/log.mjs');
const { ensureModules } = await import('./bootstrap/modules.mjs');
const { NEEDED } = await import('./bootstrap/packages.mjs');
const { obtainWorker } = await import('./bootstrap/worker.mjs');
const { ensureWeb } = await import('./bootstrap/web.mjs');

try {
  startLog(target);
  await ensureModules();
  await obtainWorker(NEEDED[target]);
  await ensureWeb();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`\n${error.message}`);
  process.exit(1);
}
