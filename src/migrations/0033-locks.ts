/** Work that only one process may do at a time (CFG-05). */
import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = ({ createTable }) =>
  createTable(
    'locks',
    `name VARCHAR(60) NOT NULL PRIMARY KEY,
     token CHAR(36) NOT NULL,
     expires_at DATETIME(3) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL`,
  );

export const down: Migration = ({ sql }) => sql('DROP TABLE IF EXISTS locks');
