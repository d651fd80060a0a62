/** Starts what the browser benchmarks compare: the bare sample and our server, each behind a front of its own. */
import { join } from 'node:path';
import { forked } from '../processes.ts';
import { type Site, startSite } from '../server.ts';
import { bundlePage } from './bundle.ts';
import type { PageAddress } from './browser.ts';
import { startFront } from './front.ts';

export interface JoinSide {
  address: PageAddress;
  close(): Promise<void>;
}

/** @param delay ms added to each answer */
export async function bareSide(delay: number): Promise<JoinSide> {
  const sample = await forked<string>(join(import.meta.dirname, 'bare-server.ts'));
  const front = await startFront(await bundlePage('bare'), sample.first, delay);
  const server = front.url.replace('http', 'ws');
  return {
    address: { url: front.url, publish: { server }, view: { server } },
    async close() {
      front.close();
      await sample.stop();
    },
  };
}

/** The patient publishes, the doctor views. Pages come from the front, so the server has to accept its origin. */
export async function ourSide(delay: number, visit?: { site: Site; id: string }): Promise<JoinSide> {
  const site = visit?.site ?? (await startSite());
  const id = visit?.id ?? (await site.book());
  const front = await startFront(await bundlePage('ours'), site.url, delay);
  const to = (token: string) => ({ visit: id, token });
  return {
    address: { url: front.url, publish: to(site.patient.token), view: to(site.doctor.token) },
    async close() {
      front.close();
      if (!visit) await site.close();
    },
  };
}
