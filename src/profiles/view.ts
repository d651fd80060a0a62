/** Visit profiles as people see them. */
import type { z } from 'zod';
import { localPhone } from '#src/auth/phones.ts';
import { maskIdNumber, maskPhone } from '#src/crypto/masks.ts';
import type { Vault } from '#src/crypto/vault.ts';
import { idNumberColumn, phoneColumn, type ProfileRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type ProfileView = z.infer<typeof schemas.profileView>;

/** @param full without masks: for the owner who asks for it */
export function viewOf(vault: Vault, row: ProfileRow, full = false): ProfileView {
  const { id, name, relationship, birthDate, sex } = row;
  const idNumber = row.idNumberSealed && vault.open(idNumberColumn, id, row.idNumberSealed);
  const phone = row.phoneSealed && localPhone(vault.open(phoneColumn, id, row.phoneSealed));
  return {
    ...{ id, name, relationship, birthDate, sex },
    idNumber: idNumber && (full ? idNumber : maskIdNumber(idNumber)),
    phone: phone && (full ? phone : maskPhone(phone)),
    isDefault: row.defaultKey !== null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
