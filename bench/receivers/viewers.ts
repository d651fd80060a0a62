/**
 * Receivers in a process of their own: `viewers.ts <library> <server> <url> <count>`. When packets arrive at all
 * of them it says how many they are, then answers each message with the packets that arrived so far.
 */
import { until } from '#tests/support/wait.ts';
import { watchJanus } from './viewers-janus.ts';
import { watchOurs } from './viewers-ours.ts';

/** @returns RTP packets that have arrived */
export type Viewer = () => Promise<number>;
export type Library = 'wrtc' | 'werift';

const AT_ONCE = 4;
const PATIENCE_MS = 60_000;
const [library = 'werift', server = 'ours', url = '', count = '1'] = process.argv.slice(2);
const watch = server === 'janus' ? watchJanus(url, library as Library) : watchOurs(url, library as Library);
const viewers: Viewer[] = [];
while (viewers.length < Number(count)) {
  const some = Math.min(AT_ONCE, Number(count) - viewers.length);
  viewers.push(...(await Promise.all(Array.from({ length: some }, (_, index) => watch(viewers.length + index)))));
}
const counts = (): Promise<number[]> => Promise.all(viewers.map((packetsOf) => packetsOf()));
await until('packets at every receiver', async () => (await counts()).every((packets) => packets > 0), PATIENCE_MS, 200);
process.on('message', () => {
  void counts().then((packets) => process.send?.(packets.reduce((sum, one) => sum + one, 0)));
});
process.on('disconnect', () => process.exit());
process.send?.(viewers.length);
