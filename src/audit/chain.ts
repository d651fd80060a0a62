/**
 * The chain of a patient's audit rows. Hashes are keyed, so that somebody who can only write to the database cannot make a
 * chain that verifies.
 */
import { createHmac } from 'node:crypto';
import type { InferAttributes } from 'sequelize';
import { deriveKey } from '#src/crypto/keys.ts';
import type { MedicalAuditHeadRow, MedicalAuditRow } from './model.ts';

export type Link = Omit<InferAttributes<MedicalAuditRow>, 'hash'>;

/** Hash before the first row. */
export const START = '0'.repeat(64);

export interface Chain {
  hashOf(previous: string, link: Link): string;
  sealOf(patientId: string, seq: number, hash: string): string;
}

/** @param secret long-lived; the chain's own key is derived from it */
export function createChain(secret: string): Chain {
  const key = deriveKey(secret, 'audit-chain');
  const mac = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  return {
    hashOf(previous, { patientId, seq, actorId, action, objectType, objectId, requestId, ip, createdAt }) {
      return mac(JSON.stringify([previous, patientId, seq, actorId, action, objectType, objectId, requestId, ip, createdAt.toISOString()]));
    },
    sealOf: (patientId, seq, hash) => mac(JSON.stringify(['head', patientId, seq, hash])),
  };
}

/** First place where a chain is broken, or null for a sound one. `seq` is that of the first row that does not fit. */
export function findBreak(
  chain: Chain,
  rows: readonly InferAttributes<MedicalAuditRow>[],
  head: InferAttributes<MedicalAuditHeadRow> | null,
): { seq: number; reason: 'row missing' | 'row changed' | 'end missing' | 'head changed' } | null {
  let previous = START;
  let expected = 1;
  for (const { hash, ...link } of rows) {
    if (link.seq !== expected) return { seq: expected, reason: 'row missing' };
    if (chain.hashOf(previous, link) !== hash) return { seq: expected, reason: 'row changed' };
    previous = hash;
    expected++;
  }
  const last = expected - 1;
  if (!head) return last === 0 ? null : { seq: last, reason: 'head changed' };
  if (head.seal !== chain.sealOf(head.patientId, head.seq, head.hash)) return { seq: head.seq, reason: 'head changed' };
  if (head.seq !== last || head.hash !== previous) return { seq: expected, reason: 'end missing' };
  return null;
}
