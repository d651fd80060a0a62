/** Why a step of something was taken: words of people are sealed, those of the system (`expired`) are searched for and are not. */
import type { SealedColumn, Vault } from './vault.ts';

/** The two columns of a log that hold it; one of them at most has something. */
export interface KeptReason {
  reason: string | null;
  reasonSealed: string | null;
}

/** What the system says with steps that people take. */
export const SYSTEM_WORDS: ReadonlySet<string> = new Set(['patient_absent', 'practitioner_absent']);

/** @param actorId who took the step; null: the system, whose words are none of a person's */
export function keepReason(
  vault: Vault,
  column: SealedColumn,
  rowId: string,
  { actorId, reason = null }: { actorId: string | null; reason?: string | null | undefined },
): KeptReason {
  if (reason === null || actorId === null || SYSTEM_WORDS.has(reason)) return { reason, reasonSealed: null };
  return { reason: null, reasonSealed: vault.seal(column, rowId, reason) };
}

/** @throws {Error} as the vault does */
export const readReason = (vault: Vault, column: SealedColumn, rowId: string, { reason, reasonSealed }: KeptReason): string | null =>
  reasonSealed === null ? reason : vault.open(column, rowId, reasonSealed);
