/** The order machine (ORD-05): which event leads from which state to which, in this one table. */

export const orderStatuses = ['PENDING', 'PAID', 'CONFIRMED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'REFUNDED'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

const transitions = {
  PAY_SUCCESS: { PENDING: 'PAID' },
  /** Payment failed, or nobody paid in time. */
  PAY_FAIL: { PENDING: 'CANCELLED' },
  CONFIRM: { PAID: 'CONFIRMED' },
  START_SERVICE: { CONFIRMED: 'IN_PROGRESS' },
  COMPLETE_SERVICE: { IN_PROGRESS: 'COMPLETED' },
  /** What was paid is paid back although the state is CANCELLED (ORD-18). */
  CANCEL: { PENDING: 'CANCELLED', PAID: 'CANCELLED', CONFIRMED: 'CANCELLED' },
  REFUND: { COMPLETED: 'REFUNDED' },
} as const satisfies Record<string, Partial<Record<OrderStatus, OrderStatus>>>;

export type OrderEvent = keyof typeof transitions;
export const orderEvents = Object.keys(transitions) as OrderEvent[];

/** The state after an event, or undefined where the event is not possible. */
export const nextStatus = (from: OrderStatus, event: OrderEvent): OrderStatus | undefined =>
  (transitions[event] as Partial<Record<OrderStatus, OrderStatus>>)[from];
