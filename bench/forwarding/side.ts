/** One side of a forwarding benchmark as a process of its own, so that its Node and its worker can be measured alone. */
import { getPriority, setPriority } from 'node:os';
import { burn } from '../twin.ts';
import { startBare } from './bare.ts';
import { startOurs } from './ours.ts';
import type { Shape } from './plain.ts';

const [side = 'bare', shape = '', twin = '0'] = process.argv.slice(2);
const rooms = JSON.parse(shape) as Shape;
const forwarder = side === 'bare' ? await startBare(rooms) : await startOurs(rooms);
if (Number(twin) > 0) {
  // As urgent as our worker on the same core, which would be served before it otherwise.
  if (process.getuid?.() === 0) setPriority(getPriority(forwarder.workerPid));
  burn(Number(twin));
}
process.on('message', (count: number) => {
  void forwarder.receive(count).then(() => process.send?.({ receiving: count }));
});
process.on('disconnect', () => process.exit());
process.send?.({ workerPid: forwarder.workerPid, streams: forwarder.streams });
