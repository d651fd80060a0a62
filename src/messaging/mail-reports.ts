/**
 * Reports of mail servers (RFC 3464) on what became of a mail: what comes back to its sender as a mail, and is handed on to us by the mailbox
 * that takes it. Nobody signs them; the address that they are handed to holds a key, and they name a message by an id that only its receiver knows.
 */
import PostalMime, { type Attachment } from 'postal-mime';
import { maskEmail } from '#src/crypto/masks.ts';
import type { Receipt, ReceiptReader } from './sms/receipts.ts';

/** Such a mailbox gets other mail too (answers, out-of-office notes): whatever is no report says nothing. */
export const mailReports: ReceiptReader = {
  async read({ body }) {
    const { attachments } = await PostalMime.parse(body, { maxNestingDepth: 20, maxHeadersSize: 65_536 });
    const status = textOf(attachments, 'message/delivery-status');
    if (status === null) return [];
    const [message = new Map<string, string>(), ...recipients] = status.split(/\r?\n(?:[ \t]*\r?\n)+/).map(fieldsOf);
    const ended = recipients.find(endOf('delivered')) ?? recipients.find(endOf('failed'));
    const deliveryId = message.get('original-envelope-id')?.slice(0, 36) ?? null;
    const providerId = messageIdIn(textOf(attachments, 'text/rfc822-headers') ?? textOf(attachments, 'message/rfc822'));
    if (!ended || (deliveryId === null && providerId === null)) return [];
    return [{ deliveryId, providerId, recipient: recipientOf(ended), ...outcomeOf(ended) }];
  },
  taken: { contentType: 'application/json', body: '{}' },
};

type Fields = ReadonlyMap<string, string>;

/** Names in small letters; of a field that comes twice the first. */
function fieldsOf(group: string): Fields {
  const fields = new Map<string, string>();
  for (const line of group.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** `delayed`, `relayed` and `expanded` are no end. */
const endOf = (action: 'delivered' | 'failed') => (fields: Fields) => fields.get('action')?.toLowerCase() === action;

function outcomeOf(fields: Fields): Pick<Receipt, 'delivered' | 'code'> {
  if (endOf('delivered')(fields)) return { delivered: true, code: null };
  return { delivered: false, code: /^[245]\.\d{1,3}\.\d{1,3}/.exec(fields.get('status') ?? '')?.[0] ?? 'failed' };
}

/** To whom we sent it; behind a forwarding the final recipient is somebody else, who is no business of ours. */
function recipientOf(fields: Fields): string | null {
  const address = /^rfc822;\s*(.+)$/i.exec(fields.get('original-recipient') ?? '')?.[1];
  return address ? maskEmail(address.trim()) : null;
}

function textOf(attachments: readonly Attachment[], type: string): string | null {
  const content = attachments.find(({ mimeType }) => mimeType === type)?.content;
  if (content === undefined) return null;
  return typeof content === 'string' ? content : Buffer.from(content as ArrayBuffer).toString();
}

/** Of the mail that came back, or of its headers. */
function messageIdIn(headers: string | null): string | null {
  const [head = ''] = headers?.split(/\r?\n\r?\n/, 1) ?? [];
  return /^message-id:\s*(<[^<>\s]{1,250}>)/im.exec(head)?.[1] ?? null;
}
