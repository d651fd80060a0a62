import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import { type FileRow, nameColumn } from './model.ts';
import type * as schemas from './schemas.ts';

export function fileViewOf(vault: Vault, row: FileRow): z.infer<typeof schemas.fileView> {
  const { id, ownerId, category, kind, access, accessRole, downloadsLeft, mime, sha256, width, height, state } = row;
  const name = vault.open(nameColumn, id, row.nameSealed);
  const times = { deletedAt: row.deletedAt?.toISOString() ?? null, createdAt: row.createdAt.toISOString() };
  // Large numbers of MariaDB are text.
  const limits = { access, accessRole, downloadsLeft: downloadsLeft ?? null };
  return { id, ownerId, category, kind, ...limits, name, mime, bytes: Number(row.bytes), sha256, width, height, state, ...times };
}
