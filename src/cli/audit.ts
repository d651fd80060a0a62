/** `audit verify`: whether anybody has changed, removed or reordered what was written about accesses to medical data. */
import type { Config } from '#config/index.ts';
import { createAudit } from '#src/audit/service.ts';
import { onDatabase } from './database-command.ts';

/** @returns the exit status: 1 when a chain is broken */
export async function verifyAudit(config: Config): Promise<number> {
  let broken = 0;
  const chains = await onDatabase(config, (database, secrets) =>
    createAudit(database, secrets.blindIndex).verifyAll(({ patientId, broken: place }) => {
      broken++;
      console.error(`Chain of patient ${patientId}: ${place?.reason} at entry ${place?.seq}`);
    }),
  );
  if (broken > 0) console.error(`${broken} of ${chains} audit chains are broken`);
  else console.log(`All ${chains} audit chains are sound.`);
  return broken > 0 ? 1 : 0;
}
