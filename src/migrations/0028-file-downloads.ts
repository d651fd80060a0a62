/** How often a file may be downloaded. */
import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = ({ addColumn }) => addColumn('files', 'downloads_left', 'INTEGER NULL');

export const down: Migration = ({ dropColumn }) => dropColumn('files', 'downloads_left');
