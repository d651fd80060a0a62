/** What practitioners call the visits that they plan is sealed; the nightly maintenance seals the titles of before. */
import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = ({ addColumn }) => addColumn('consultations', 'title_sealed', 'TEXT NULL');

/** What was sealed since is lost with it: a migration has no keys. */
export const down: Migration = ({ dropColumn }) => dropColumn('consultations', 'title_sealed');
