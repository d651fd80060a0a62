/** Recipients as the log and the demo show them. */
import { maskEmail, maskPhone } from '#src/crypto/masks.ts';
import type { OutsideChannel } from './model.ts';
import type { Contact } from './ports.ts';

/** @param phone E.164; numbers of the mainland are masked as people write them there, of others the last four digits stay */
export function maskedPhone(phone: string): string {
  if (phone.startsWith('+86')) return maskPhone(phone.slice(3));
  return `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}

/** Null: the person cannot be reached on the channel. */
export function maskedAddress(channel: OutsideChannel, { phone, email }: Contact): string | null {
  if (channel === 'sms') return phone ? maskedPhone(phone) : null;
  return email ? maskEmail(email) : null;
}
