import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'api_keys',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     name VARCHAR(100) NOT NULL,
     user_id CHAR(36) NOT NULL,
     key_hash CHAR(64) NOT NULL,
     prefix VARCHAR(12) NOT NULL,
     scopes TEXT NOT NULL,
     expires_at DATETIME(3) NULL,
     last_used_at DATETIME(3) NULL,
     last_ip VARCHAR(45) NULL,
     revoked_at DATETIME(3) NULL,
     created_by CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT api_keys_hash_unique UNIQUE (key_hash),
     CONSTRAINT api_keys_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT api_keys_creator_fk FOREIGN KEY (created_by) REFERENCES users (id)`,
  );
  await createIndex('api_keys_user', 'api_keys', 'user_id, created_at');
};

export const down: Migration = async ({ sql }) => sql('DROP TABLE IF EXISTS api_keys');
