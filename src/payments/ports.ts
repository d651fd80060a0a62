/** What payments need of other modules. */
import type { Database } from '#src/database/database.ts';
import type { PaymentRow } from './model.ts';

/** Gives money back that paid nothing. */
export interface SurplusRefunds {
  /** In the transaction that finds it. */
  surplus(payment: PaymentRow): Promise<void>;
}

/** Whether the person behind a session has proved of late who they are. */
export interface FreshProof {
  freshlyVerified(sessionId: string): Promise<boolean>;
}

export interface Payers {
  /** Who a user is inside of an application of WeChat; null: they never signed in there. */
  openIdOf(userId: string, appId: string): Promise<string | null>;
}

export function createPayers({ models }: Database): Payers {
  return {
    async openIdOf(userId, appId) {
      const linked = await models.identities.findAll({ where: { userId, provider: 'wechat' }, attributes: ['subject'] });
      const own = linked.find(({ subject }) => subject.startsWith(`${appId}:`));
      return own?.subject.slice(appId.length + 1) ?? null;
    },
  };
}
