/**
 * The partners of a demo: simulated ones in this process, each started when somebody first pays through it. They listen on loopback, or
 * with `--lan` where phones reach their cashiers. Their books are new at every start. Production never has them.
 */
import type { PaymentSimulator } from '#src/partners/payments/simulator.ts';
import type { Channel } from './gateways/gateway.ts';

export interface DemoPartners {
  /** Starts a partner if need be. @returns what it gives the merchant */
  open(channel: Channel): Promise<unknown>;
  close(): Promise<void>;
}

/** Pauses before a notice that was not taken is sent again. */
const RESEND_MS = [1_000, 5_000, 30_000];

type Started = PaymentSimulator & { merchant(): unknown };

/** Loaded only here, so that a server without demo never has the code in memory. */
const start: Record<Channel, (host?: string) => Promise<Started>> = {
  async wechat(host) {
    const { startWechatPaySimulator } = await import('#src/partners/payments/wechat-pay.ts');
    return startWechatPaySimulator({ host, resendAfterMs: RESEND_MS });
  },
  async wechat_v2(host) {
    const { startWechatPayV2Simulator } = await import('#src/partners/payments/wechat-pay-v2.ts');
    return startWechatPayV2Simulator('MD5', { host, resendAfterMs: RESEND_MS });
  },
  async alipay(host) {
    const { startAlipaySimulator } = await import('#src/partners/payments/alipay.ts');
    return startAlipaySimulator({ host, resendAfterMs: RESEND_MS });
  },
};

/** @param host address of this machine at which phones of the network reach it */
export function createDemoPartners(host?: string): DemoPartners {
  const running = new Map<Channel, Promise<Started>>();
  return {
    async open(channel) {
      const partner = running.get(channel) ?? start[channel](host);
      running.set(channel, partner);
      return (await partner).merchant();
    },
    async close() {
      for (const partner of running.values()) await (await partner).close();
      running.clear();
    },
  };
}
