/** Orders and what was paid for them. */
import type { TableRules } from '../catalogue.ts';

const ownOrders = 'SELECT id FROM orders WHERE user_id = :user';
const hold = 'accounting';

export const money: Record<string, TableRules> = {
  balance_transactions: {
    holds: 'Entries of balances',
    personal: { amount: 'financial', balance_before: 'financial', balance_after: 'financial', note: 'text' },
    about: 'user_id = :user',
    erase: { hold, set: { note: 'NULL' } },
  },
  balances: { holds: 'What people have on account', personal: { balance: 'financial' }, about: 'user_id = :user', erase: { hold } },
  refunds: {
    holds: 'Money that is given back',
    personal: { amount: 'financial', reason_sealed: 'text', note_sealed: 'text' },
    about: 'user_id = :user',
    erase: { hold, set: { reason_sealed: 'NULL', note_sealed: 'NULL' } },
    internal: ['unique_key'],
  },
  payments: {
    holds: 'Payments of orders',
    personal: { amount: 'financial', payer_address: 'trace', payer_action: 'financial' },
    about: 'user_id = :user',
    erase: { hold, set: { payer_action: 'NULL', payer_address: 'NULL' } },
    internal: ['payer_action', 'open_key', 'claimed'],
  },
  payment_events: { holds: 'Notices of payment partners that were accounted for' },
  payment_gateways: { holds: 'Access to payment partners', personal: { options_sealed: 'credential' } },
  order_log: {
    holds: 'Steps of orders',
    personal: { reason: 'text', reason_sealed: 'text' },
    about: `order_id IN (${ownOrders})`,
    erase: { hold, set: { reason: 'NULL', reason_sealed: 'NULL' } },
  },
  order_items: { holds: 'What was ordered', personal: { title: 'health' }, about: `order_id IN (${ownOrders})`, erase: { hold } },
  orders: {
    holds: 'Orders',
    personal: { amount: 'financial', contact_sealed: 'contact' },
    about: 'user_id = :user',
    erase: { hold, set: { contact_sealed: 'NULL' } },
  },
  services: { holds: 'What can be booked, and its price' },
  price_configs: { holds: 'Special prices' },
};
