/** Files can be withheld: taken out of use by the clinic, with their content kept (FIL-09). */
import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = ({ setCheck }) => setCheck('files', 'files_state_check', "state IN ('active', 'withheld', 'deleted')");

export const down: Migration = async ({ sql, setCheck }) => {
  // Earlier versions know no other state that keeps a content: only their owner and the clinic shall have it there.
  await sql("UPDATE files SET state = 'active', access = 'private', access_role = NULL WHERE state = 'withheld'");
  await setCheck('files', 'files_state_check', "state IN ('active', 'deleted')");
};
