/** What visits are called. What a practitioner writes may name an illness and is sealed; the name of a booked service is not. */
import type { Vault } from '#src/crypto/vault.ts';
import { type ConsultationRow, visitTitle } from './model.ts';

/** @returns the two columns of a title that somebody wrote */
export const keepTitle = (vault: Vault, id: string, title: string): Pick<ConsultationRow, 'title' | 'titleSealed'> => ({
  title: '',
  titleSealed: vault.seal(visitTitle, id, title),
});

/** @throws {Error} as the vault does */
export const titleOf = (vault: Vault, { id, title, titleSealed }: Pick<ConsultationRow, 'id' | 'title' | 'titleSealed'>): string =>
  titleSealed ? vault.open(visitTitle, id, titleSealed) : title;
