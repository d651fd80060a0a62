/** States of an Alipay trade, as queries and notices say them. */
import type { PaymentState } from './gateway.ts';

/** @param paid whether money ever came: a trade is closed too when all of it went back */
export function tradeState(word: string, paid: boolean): PaymentState {
  if (word === 'TRADE_SUCCESS' || word === 'TRADE_FINISHED') return 'paid';
  if (word === 'TRADE_CLOSED') return paid ? 'paid' : 'closed';
  return 'pending';
}
