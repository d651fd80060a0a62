/**
 * What the browser can send and receive. Finding out takes two throw-away peer connections and most of the time of
 * loading a device, so it is remembered, and looked at again when nobody waits for a picture.
 */
import type { RtpCapabilities } from 'mediasoup-client/types';
import { remember, remembered } from '../stored.ts';

type Direction = 'sendonly' | 'recvonly';

/** Part of mediasoup-client's `HandlerFactory`. */
interface Asking {
  getNativeRtpCapabilities(options: { direction: Direction }): Promise<RtpCapabilities>;
}

interface Native extends Record<Direction, RtpCapabilities> {
  agent: string;
}

const KEY = 'wenzhen.native-codecs';

function known(): Native | null {
  const { agent, sendonly, recvonly } = remembered<Native>(KEY) ?? {};
  return agent === navigator.userAgent && sendonly && recvonly ? { agent, sendonly, recvonly } : null;
}

async function ask(factory: Asking): Promise<Native> {
  const recvonly = await factory.getNativeRtpCapabilities({ direction: 'recvonly' });
  const sendonly = await factory.getNativeRtpCapabilities({ direction: 'sendonly' });
  return { agent: navigator.userAgent, sendonly, recvonly };
}

/** The same factory, which asks the browser only when nothing is remembered of it. */
export function remembering<F extends Asking>(factory: F): F {
  let asked: Promise<Native> | null = null;
  async function native(): Promise<Native> {
    const last = known();
    if (last) return last;
    const fresh = await (asked ??= ask(factory));
    remember(KEY, fresh);
    return fresh;
  }
  return { ...factory, getNativeRtpCapabilities: async ({ direction }) => (await native())[direction] };
}

/**
 * Asks the browser anew and remembers what it says.
 * @returns whether it can do something else than was remembered: a device that was loaded is out of date then
 */
export async function changed(factory: Asking): Promise<boolean> {
  const last = known();
  const now = await ask(factory);
  remember(KEY, now);
  return last !== null && JSON.stringify(last) !== JSON.stringify(now);
}
