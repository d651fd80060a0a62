/** P2: the same as P1 in rooms of five and in a broadcast. The spread is wide here, hence many pairs. */
import { compareForwarding } from './forwarding/compare.ts';
import { oneToMany, smallRooms } from './forwarding/plain.ts';
import { finish, readOptions } from './harness.ts';

const options = readOptions({ pairs: 15, seconds: 8 });
finish([
  await compareForwarding({ id: 'P2a', atMost: 1.05 }, smallRooms, options),
  await compareForwarding({ id: 'P2b', atMost: 1.05 }, oneToMany, options),
]);
