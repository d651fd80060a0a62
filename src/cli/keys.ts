/** `rotate-keys` seals all personal data with the newest key of DATA_KEYS, words and contents of files that older versions left in clear too; `verify-keys` tries whether all of it can be opened. */
import type { Config } from '#config/index.ts';
import { checkKeys, rotateKeys } from '#src/crypto/rotate.ts';
import { createVault } from '#src/crypto/vault.ts';
import { createLocks } from '#src/locks/locks.ts';
import { openFileStore } from '#src/files/local-store.ts';
import { sealOldContents } from '#src/files/sealing-old.ts';
import { sealWordsNow } from '#src/maintenance/old-words.ts';
import { onDatabase } from './database-command.ts';

/** How long nobody else rotates after this process was killed. */
const LOCK_MS = 30_000;

/** Works beside running servers that hold the new key already. @returns the exit status: 1 when the command has to be run again */
export async function rotateDataKeys(config: Config): Promise<number> {
  const rotation = await onDatabase(config, async (database, secrets) => {
    const vault = createVault(secrets.dataKeys, secrets.blindIndex);
    const rotate = async () => ({
      words: await sealWordsNow(database, vault),
      contents: await sealOldContents({ database, vault, store: openFileStore(config) }),
      ...(await rotateKeys(database, vault)),
      key: vault.currentKey,
    });
    return createLocks(database).alone('rotate-keys', LOCK_MS, rotate);
  });
  if (!rotation) {
    console.error('The command runs already, on this database: wait for it');
    return 1;
  }
  const { words, contents, resealed, missed, key } = rotation.done;
  if (words > 0) console.log(`${words} texts were in clear and are sealed now`);
  if (contents.sealed > 0) console.log(`${contents.sealed} contents of files were in clear and are encrypted now`);
  for (const [column, values] of Object.entries(resealed)) console.log(`${column}: ${values}`);
  const total = Object.values(resealed).reduce((sum, values) => sum + values, 0);
  if (missed > 0) {
    console.error(`Sealed ${total} values with the key ${key}; ${missed} changed meanwhile: run the command again`);
    return 1;
  }
  if (contents.unreadable > 0) {
    console.error(`${contents.unreadable} contents of files in clear are missing below FILES_DIR or were changed, and stay as they are`);
    return 1;
  }
  console.log(total > 0 ? `Sealed ${total} values with the key ${key}.` : `Nothing to do: every value is sealed with the key ${key}.`);
  return 0;
}

/** @returns the exit status: 1 when something cannot be opened */
export async function verifyDataKeys(config: Config): Promise<number> {
  const { readable, unreadable } = await onDatabase(config, (database, secrets) =>
    checkKeys(database, createVault(secrets.dataKeys, secrets.blindIndex)),
  );
  for (const [key, values] of Object.entries(readable)) console.log(`Key ${key}: ${values} values`);
  for (const [column, values] of Object.entries(unreadable)) console.error(`${column}: ${values} values cannot be opened`);
  const sound = Object.keys(unreadable).length === 0;
  if (sound) console.log('Every sealed value can be opened.');
  return sound ? 0 : 1;
}
