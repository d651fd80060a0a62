/** A structured value in a sealed column: checked, turned into JSON and sealed, and back. */
import type { z } from 'zod';
import { decodeValue, encodeValue } from '#src/database/value-column.ts';
import type { SealedColumn, Vault } from './vault.ts';

export interface SealedValue<T> {
  /** @throws {z.ZodError} when the value is not of the schema */
  seal(vault: Vault, rowId: string, value: T): string;
  /** @throws {Error} as the vault does, or when what was sealed is not of the schema */
  open(vault: Vault, rowId: string, sealed: string): T;
}

export function sealedValue<T>(column: SealedColumn, schema: z.ZodType<T>): SealedValue<T> {
  return {
    seal: (vault, rowId, value) => vault.seal(column, rowId, encodeValue(schema, value)),
    open: (vault, rowId, sealed) => decodeValue(schema, vault.open(column, rowId, sealed)),
  };
}
