/** What the screens about money share. */
import type { Tone } from './blocks/status-tag.tsx';

/** Beginnings of the keys of what is read. */
export const REFUNDS = 'refunds';
export const PAYMENTS = 'payments';

export const METHODS = ['balance', 'wechat', 'wechat_v2', 'alipay'] as const;

export const PAYMENT_TONES = { created: 'warn', pending: 'warn', paid: 'good', closed: 'neutral', failed: 'bad' } satisfies Record<
  string,
  Tone
>;
export const REFUND_TONES = {
  ...{ requested: 'warn', withdrawn: 'neutral', rejected: 'neutral', approved: 'info' },
  ...{ processing: 'info', succeeded: 'good', failed: 'bad', abnormal: 'bad' },
} satisfies Record<string, Tone>;
