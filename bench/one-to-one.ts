/** P1: what our media server adds to the processor cost of a packet in one-to-one calls. */
import { oneToOne } from './forwarding/plain.ts';
import { compareForwarding } from './forwarding/compare.ts';
import { finish, readOptions } from './harness.ts';

const options = readOptions({ pairs: 5, seconds: 8 });
finish([await compareForwarding({ id: 'P1', atMost: 1.03 }, oneToOne, options)]);
