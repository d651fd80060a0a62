import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'users',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     account VARCHAR(64) NOT NULL,
     name VARCHAR(100) NOT NULL,
     password_hash VARCHAR(255) NOT NULL,
     roles VARCHAR(255) NOT NULL,
     status VARCHAR(16) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT users_account_unique UNIQUE (account),
     CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled'))`,
  );
  await createTable(
    'sessions',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     expires_at DATETIME(3) NOT NULL,
     revoked_at DATETIME(3) NULL,
     CONSTRAINT sessions_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`,
  );
  await createIndex('sessions_user', 'sessions', 'user_id');
  await createIndex('sessions_expires_at', 'sessions', 'expires_at');
};

export const down: Migration = async ({ sql }) => {
  await sql('DROP TABLE IF EXISTS sessions');
  await sql('DROP TABLE IF EXISTS users');
};
