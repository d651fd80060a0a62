/** Making notices wrong, and asking a gateway what it thinks of them (B3 of the fault plan). */
import type { Notice as Sent } from '#src/partners/payments/deliver.ts';
import type { NewPayment, PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { mismatch, NoticeRefused } from '#src/payments/gateways/notice.ts';

/** Bodies with bytes that are no text cannot be strings. */
export type Forged = Sent | { headers: object; body: Buffer };

/** A mutation: its name, what a gateway says of it, and how it is made at one of the positions. */
export type Forgery = [string, string[], (position: number) => Forged];

export const POSITIONS = 100;
export const NOWHERE = 'http://127.0.0.1:9/notify';

/** `accepted`, what does not fit the payment, or why the notice was refused. */
export async function verdict(gateway: PaymentGateway, { headers, body }: Forged, payment: NewPayment): Promise<string> {
  try {
    const notice = await gateway.parseNotification(Buffer.from(body), headers as Record<string, string>);
    return mismatch(notice, payment) ?? 'accepted';
  } catch (error) {
    if (error instanceof NoticeRefused) return error.reason;
    throw error;
  }
}

/** Verdicts over all positions, each once. */
export async function verdicts(gateway: PaymentGateway, payment: NewPayment, forge: (position: number) => Forged) {
  const found = new Set<string>();
  for (let position = 0; position < POSITIONS; position++) found.add(await verdict(gateway, forge(position), payment));
  return [...found].sort();
}

/** Another character in its place, at a position spread over the whole text. */
export function changed(text: string, position: number): string {
  const index = Math.floor((position * text.length) / POSITIONS);
  const other = text[index] === 'A' ? 'B' : 'A';
  return text.slice(0, index) + other + text.slice(index + 1);
}

/** The same bytes to a careless decoder: bits that base64 does not use are set. */
export function sloppy(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = alphabet[alphabet.indexOf(signature.at(-3)!) + 1];
  return `${signature.slice(0, -3)}${last}==`;
}
