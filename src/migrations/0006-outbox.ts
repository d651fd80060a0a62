import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex, autoId }) => {
  await createTable(
    'outbox',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     topic VARCHAR(60) NOT NULL,
     aggregate VARCHAR(80) NULL,
     dedupe_key VARCHAR(120) NULL,
     payload TEXT NOT NULL,
     state VARCHAR(12) NOT NULL,
     run_at DATETIME(3) NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     claimed_until DATETIME(3) NULL,
     last_error VARCHAR(500) NULL,
     request_id VARCHAR(64) NULL,
     created_at DATETIME(3) NOT NULL,
     done_at DATETIME(3) NULL,
     CONSTRAINT outbox_dedupe_unique UNIQUE (dedupe_key),
     CONSTRAINT outbox_state_check CHECK (state IN ('ready', 'done', 'dead', 'cancelled'))`,
  );
  await createIndex('outbox_due', 'outbox', 'state, run_at');
  await createIndex('outbox_aggregate', 'outbox', 'aggregate, state, id');
  await createTable(
    'signals',
    `id ${autoId},
     topic VARCHAR(40) NOT NULL,
     subject VARCHAR(100) NOT NULL,
     origin CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL`,
  );
  await createIndex('signals_created', 'signals', 'created_at');
  await createTable(
    'idempotency_keys',
    `owner VARCHAR(36) NOT NULL,
     \`key\` VARCHAR(100) NOT NULL,
     route VARCHAR(120) NOT NULL,
     body_hash CHAR(64) NOT NULL,
     answer MEDIUMTEXT NULL,
     keep TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (owner, \`key\`)`,
  );
  await createIndex('idempotency_created', 'idempotency_keys', 'created_at');
};

export const down: Migration = async ({ sql }) => {
  for (const table of ['idempotency_keys', 'signals', 'outbox']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
