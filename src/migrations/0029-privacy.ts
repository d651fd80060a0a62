import type { Migration, MigrationContext } from '#src/database/migrate.ts';

const requests: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'privacy_requests',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     kind VARCHAR(8) NOT NULL,
     state VARCHAR(12) NOT NULL,
     open_key VARCHAR(50) NULL,
     requested_by CHAR(36) NOT NULL,
     reason_sealed TEXT NULL,
     decided_by CHAR(36) NULL,
     due_at DATETIME(3) NOT NULL,
     file_id CHAR(36) NULL,
     expires_at DATETIME(3) NULL,
     result TEXT NULL,
     identity_sealed TEXT NULL,
     finished_at DATETIME(3) NULL,
     released_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT privacy_requests_open_unique UNIQUE (open_key),
     CONSTRAINT privacy_requests_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT privacy_requests_kind_check CHECK (kind IN ('export', 'erase')),
     CONSTRAINT privacy_requests_state_check CHECK (state IN ('requested', 'ready', 'done', 'expired', 'refused', 'withdrawn'))`,
  );
  await createIndex('privacy_requests_user', 'privacy_requests', 'user_id, kind, created_at');
  await createIndex('privacy_requests_state', 'privacy_requests', 'kind, state, created_at');
  await createTable(
    'legal_holds',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     reason_sealed TEXT NOT NULL,
     placed_by CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     lifted_by CHAR(36) NULL,
     lifted_at DATETIME(3) NULL,
     CONSTRAINT legal_holds_user_fk FOREIGN KEY (user_id) REFERENCES users (id)`,
  );
  await createIndex('legal_holds_user', 'legal_holds', 'user_id, lifted_at');
};

const retention: Migration = async ({ createTable, createIndex, autoId }) => {
  // Rows are there only inside the transaction that deletes what the law no longer wants kept.
  await createTable('retention_windows', 'table_name VARCHAR(64) NOT NULL PRIMARY KEY');
  await createTable(
    'retention_log',
    `id ${autoId},
     user_id CHAR(36) NULL,
     table_name VARCHAR(64) NOT NULL,
     action VARCHAR(12) NOT NULL,
     row_count INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT retention_log_action_check CHECK (action IN ('deleted', 'anonymised', 'released'))`,
  );
  await createIndex('retention_log_created', 'retention_log', 'created_at');
  await createIndex('retention_log_user', 'retention_log', 'user_id');
};

const CATEGORIES = ['avatar', 'licence', 'id-photo', 'record-attachment', 'document'];
const KINDS = ['image', 'video', 'audio', 'document', 'imaging'];
const FILE_COLUMNS = [
  ...['id', 'owner_id', 'category', 'kind', 'access', 'access_role', 'name_sealed', 'mime', 'bytes', 'sha256', 'width', 'height'],
  ...['store', 'store_key', 'key_sealed', 'state', 'created_at', 'updated_at', 'deleted_at', 'downloads_left'],
];
const oneOf = (name: string, column: string, values: string[]): string =>
  `CONSTRAINT ${name} CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;

/** Which files there may be. */
async function allowFiles({ dialect, sql, replaceTable }: MigrationContext, categories: string[], kinds: string[]): Promise<void> {
  const checks = [oneOf('files_category_check', 'category', categories), oneOf('files_kind_check', 'kind', kinds)];
  if (dialect === 'mysql') {
    const drop = 'ALTER TABLE files DROP CONSTRAINT IF EXISTS';
    for (const name of ['files_category_check', 'files_kind_check']) await sql(`${drop} ${name}`);
    return sql(`ALTER TABLE files ${checks.map((check) => `ADD ${check}`).join(', ')}`);
  }
  await replaceTable(
    'files',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     owner_id CHAR(36) NULL,
     category VARCHAR(24) NOT NULL,
     kind VARCHAR(12) NOT NULL,
     access VARCHAR(12) NOT NULL,
     access_role VARCHAR(40) NULL,
     name_sealed VARCHAR(1200) NOT NULL,
     mime VARCHAR(60) NOT NULL,
     bytes BIGINT NOT NULL,
     sha256 CHAR(64) NOT NULL,
     width INTEGER NULL,
     height INTEGER NULL,
     store VARCHAR(12) NOT NULL,
     store_key CHAR(32) NULL,
     key_sealed VARCHAR(255) NULL,
     state VARCHAR(12) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     deleted_at DATETIME(3) NULL,
     downloads_left INTEGER NULL,
     CONSTRAINT files_store_key_unique UNIQUE (store_key),
     ${checks.join(', ')},
     CONSTRAINT files_access_check CHECK (access IN ('private', 'role', 'related', 'public')),
     CONSTRAINT files_role_check CHECK ((access = 'role') = (access_role IS NOT NULL)),
     CONSTRAINT files_state_check CHECK (state IN ('active', 'deleted')),
     CONSTRAINT files_owner_fk FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE SET NULL`,
    Object.fromEntries(FILE_COLUMNS.map((column) => [column, column])),
  );
}

/** What nobody deletes before its time, whatever rights they have in the program. */
const HELD = [
  ...['chat_messages', 'medical_record_attachments', 'medical_record_versions', 'medical_records', 'prescription_log', 'prescriptions'],
  ...['admission_log', 'admissions', 'appointment_log', 'consultation_members', 'consultations', 'appointments'],
  ...['medical_audit', 'medical_audit_heads', 'balance_transactions', 'balances', 'refunds', 'payments'],
  ...['order_log', 'order_items', 'orders', 'reviews', 'review_tag_choices', 'files', 'privacy_requests', 'legal_holds'],
];

/** The database itself refuses, unless a window is open in the same transaction. */
async function hold({ dialect, sql }: MigrationContext, table: string): Promise<void> {
  const open = `SELECT 1 FROM retention_windows WHERE table_name = '${table}'`;
  await sql(`DROP TRIGGER IF EXISTS ${table}_hold`);
  await sql(
    dialect === 'mysql'
      ? `CREATE TRIGGER ${table}_hold BEFORE DELETE ON ${table} FOR EACH ROW
         IF NOT EXISTS (${open}) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'legal_hold'; END IF`
      : `CREATE TRIGGER ${table}_hold BEFORE DELETE ON ${table} WHEN NOT EXISTS (${open})
         BEGIN SELECT RAISE(ABORT, 'legal_hold'); END`,
  );
}

export const up: Migration = async (context) => {
  await requests(context);
  await retention(context);
  await allowFiles(context, [...CATEGORIES, 'data-export'], [...KINDS, 'archive']);
  for (const table of HELD) await hold(context, table);
};

export const down: Migration = async (context) => {
  const { sql } = context;
  for (const table of HELD) await sql(`DROP TRIGGER IF EXISTS ${table}_hold`);
  await sql("DELETE FROM files WHERE category = 'data-export'");
  await allowFiles(context, CATEGORIES, KINDS);
  for (const table of ['retention_log', 'retention_windows', 'legal_holds', 'privacy_requests']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
