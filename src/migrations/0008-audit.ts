import type { Migration } from '#src/database/migrate.ts';

const medical: Migration = async ({ createTable, createIndex }) => {
  // No foreign keys: what was done must stay on record when its people and objects are gone.
  await createTable(
    'medical_audit',
    `patient_id CHAR(36) NOT NULL,
     seq INTEGER NOT NULL,
     actor_id CHAR(36) NOT NULL,
     action VARCHAR(16) NOT NULL,
     object_type VARCHAR(40) NOT NULL,
     object_id VARCHAR(64) NOT NULL,
     request_id VARCHAR(64) NOT NULL,
     ip VARCHAR(45) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     hash CHAR(64) NOT NULL,
     PRIMARY KEY (patient_id, seq)`,
  );
  await createIndex('medical_audit_actor', 'medical_audit', 'actor_id, created_at');
  await createTable(
    'medical_audit_heads',
    `patient_id CHAR(36) NOT NULL PRIMARY KEY,
     seq INTEGER NOT NULL,
     hash CHAR(64) NOT NULL,
     seal CHAR(64) NOT NULL`,
  );
};

const logs: Migration = async ({ createTable, createIndex, autoId }) => {
  await createTable(
    'operation_log',
    `id ${autoId},
     user_id CHAR(36) NULL,
     method VARCHAR(8) NOT NULL,
     route VARCHAR(120) NOT NULL,
     object_id VARCHAR(64) NULL,
     status INTEGER NOT NULL,
     ip VARCHAR(45) NOT NULL,
     request_id VARCHAR(64) NOT NULL,
     took_ms INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL`,
  );
  await createIndex('operation_log_created', 'operation_log', 'created_at');
  await createIndex('operation_log_user', 'operation_log', 'user_id, created_at');
  await createIndex('operation_log_object', 'operation_log', 'object_id, created_at');
  await createTable(
    'change_log',
    `id ${autoId},
     table_name VARCHAR(64) NOT NULL,
     action VARCHAR(8) NOT NULL,
     row_ids TEXT NOT NULL,
     fields TEXT NOT NULL,
     actor_id CHAR(36) NULL,
     request_id VARCHAR(64) NULL,
     created_at DATETIME(3) NOT NULL`,
  );
  await createIndex('change_log_created', 'change_log', 'created_at');
  await createIndex('change_log_table', 'change_log', 'table_name, created_at');
  await createTable(
    'security_log',
    `id ${autoId},
     kind VARCHAR(40) NOT NULL,
     user_id CHAR(36) NULL,
     ip VARCHAR(45) NULL,
     request_id VARCHAR(64) NULL,
     details TEXT NOT NULL,
     created_at DATETIME(3) NOT NULL`,
  );
  await createIndex('security_log_created', 'security_log', 'created_at');
  await createIndex('security_log_kind', 'security_log', 'kind, created_at');
};

export const up: Migration = async (context) => {
  for (const part of [medical, logs]) await part(context);
};

export const down: Migration = async ({ sql }) => {
  for (const table of ['security_log', 'change_log', 'operation_log', 'medical_audit_heads', 'medical_audit']) {
    await sql(`DROP TABLE IF EXISTS ${table}`);
  }
};
