/** Payments of what was paid, refunds of what was called off, and the balances that some paid from. */
import type { PaymentMethod } from '#src/payments/model.ts';
import { refundReason } from '#src/refunds/model.ts';
import type { SeedParts } from './plan.ts';
import type { Clinic } from './staff.ts';
import type { Visit } from './visits.ts';

interface Movement {
  at: number;
  kind: 'topup' | 'payment' | 'refund';
  refId: string;
  /** In fen; negative: taken. */
  amount: number;
}

/** Movements by user. */
export type Ledger = Map<string, Movement[]>;

/** In fen, and how long before it is needed. */
const TOP_UP = 50_000;
const TOP_UP_MS = 5_000;

/** Share of payers who have a balance. */
const METHODS: readonly (readonly [PaymentMethod, number])[] = [
  ['wechat', 62],
  ['alipay', 28],
  ['balance', 10],
];

/** Decides how a paid visit was paid and writes that down; before the rows of its order, which name the payment. */
export function addPayment({ rows, chance }: SeedParts, ledger: Ledger, visit: Visit): void {
  const { orderId, patient, price, paidAt, fate } = visit;
  if (paidAt === null) return;
  const method = chance.weighted(METHODS);
  const at = new Date(paidAt);
  const id = chance.id(paidAt - 5_000);
  visit.paymentId = id;
  const outside = method !== 'balance';
  rows.add('payments', {
    ...{ id, paymentNo: id.replaceAll('-', ''), orderId, userId: patient.userId, method, amount: price, state: 'paid' },
    scene: outside ? chance.pick(['qr', 'mobile'] as const) : null,
    ...{ claimed: fate === 'called_off' ? price : 0, gatewayNo: outside ? partnerNumber(chance.bytes(14)) : null },
    ...{ openKey: null, paidOrderId: orderId, expiresAt: new Date(visit.expiresAt), paidAt: at, createdAt: at, updatedAt: at },
  });
  if (!outside) note(ledger, patient.userId, { at: paidAt, kind: 'payment', refId: id, amount: -price });
  if (visit.cancelledAt !== null) addRefund({ rows, chance }, ledger, { visit, paymentId: id, outside, at: visit.cancelledAt });
}

const partnerNumber = (bytes: Uint8Array): string => `42000${Array.from(bytes, (byte) => String(byte % 100).padStart(2, '0')).join('')}`;

interface Returned {
  visit: Visit;
  paymentId: string;
  outside: boolean;
  at: number;
}

function addRefund(
  { rows, chance }: Pick<SeedParts, 'rows' | 'chance'>,
  ledger: Ledger,
  { visit: { orderId, patient, price }, paymentId, outside, at }: Returned,
): void {
  const id = chance.id(at);
  const refundedAt = outside ? at + chance.between(2, 90) * 1_000 : at;
  rows.add('refunds', {
    ...{ id, refundNo: id.replaceAll('-', ''), orderId, paymentId, userId: patient.userId, origin: 'cancelled', amount: price },
    ...{ reasonSealed: null, state: 'succeeded', gatewayNo: outside ? partnerNumber(chance.bytes(14)) : null },
    ...{ uniqueKey: `cancelled:${paymentId}`, refundedAt: new Date(refundedAt), createdAt: new Date(at), updatedAt: new Date(refundedAt) },
  });
  if (!outside) note(ledger, patient.userId, { at, kind: 'refund', refId: id, amount: price });
}

/** Somebody asks for their money back and waits for an answer. */
export function askForRefund({ rows, chance, vault }: SeedParts, visit: Visit, at: number): void {
  const { paymentId } = visit;
  if (paymentId === null) return;
  const id = chance.id(at);
  const reasonSealed = vault.seal(refundReason, id, '通话多次中断，没有看完');
  rows.add('refunds', {
    ...{ id, refundNo: id.replaceAll('-', ''), orderId: visit.orderId, paymentId, userId: visit.patient.userId, origin: 'request' },
    ...{ amount: visit.price, reasonSealed, state: 'requested', uniqueKey: `request:${visit.orderId}` },
    ...{ createdAt: new Date(at), updatedAt: new Date(at) },
  });
}

function note(ledger: Ledger, userId: string, movement: Movement): void {
  ledger.set(userId, [...(ledger.get(userId) ?? []), movement]);
}

/** Writes the accounts, with a payment into each whenever it would run dry. */
export function addBalances({ rows, chance }: SeedParts, ledger: Ledger, { administrator }: Pick<Clinic, 'administrator'>): void {
  for (const [userId, movements] of ledger) {
    let [balance, entry] = [0, 0];
    const book = ({ at, amount, kind, refId }: Movement): void => {
      const sums = { amount, before: balance, after: balance + amount };
      balance += amount;
      const said =
        kind === 'topup' ? { note: '充值', actorId: administrator } : { note: null, actorId: kind === 'payment' ? userId : null };
      rows.add('balanceEntries', { userId, entry: ++entry, kind, refId, ...sums, ...said, createdAt: new Date(at) });
    };
    const inOrder = movements.toSorted((a, b) => a.at - b.at);
    for (const movement of inOrder) {
      const at = movement.at - TOP_UP_MS;
      if (balance + movement.amount < 0) book({ at, amount: TOP_UP, kind: 'topup', refId: chance.id(at) });
      book(movement);
    }
    const [first, last] = [inOrder[0]?.at ?? 0, inOrder.at(-1)?.at ?? 0];
    rows.add('balances', { userId, balance, entries: entry, createdAt: new Date(first - TOP_UP_MS), updatedAt: new Date(last) });
  }
}
