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

/** Which files there may be. */
async function allowFiles({ setCheck }: MigrationContext, categories: string[], kinds: string[]): Promise<void> {
  const oneOf = (column: string, values: string[]) => `${column} IN (${values.map((value) => `'${value}'`).join(', ')})`;
  await setCheck('files', 'files_category_check', oneOf('category', categories));
  await setCheck('files', 'files_kind_check', oneOf('kind', kinds));
}

/** What nobody deletes before its time, whatever rights they have in the program. */
const HELD = [
  ...['chat_messages', 'medical_record_attachments', 'medical_record_versions', 'medical_records', 'prescription_log', 'prescriptions'],
  ...['admission_log', 'admissions', 'appointment_log', 'consultation_members', 'consultations', 'appointments'],
  ...['medical_audit', 'medical_audit_heads', 'balance_transactions', 'balances', 'refunds', 'payments'],
  ...['order_log', 'order_items', 'orders', 'reviews', 'review_tag_choices', 'files', 'privacy_requests', 'legal_holds'],
];

export const up: Migration = async (context) => {
  await requests(context);
  await retention(context);
  await allowFiles(context, [...CATEGORIES, 'data-export'], [...KINDS, 'archive']);
  for (const table of HELD) await context.hold(table);
};

export const down: Migration = async (context) => {
  const { sql } = context;
  for (const table of HELD) await sql(`DROP TRIGGER IF EXISTS ${table}_hold`);
  await sql("DELETE FROM files WHERE category = 'data-export'");
  await allowFiles(context, CATEGORIES, KINDS);
  for (const table of ['retention_log', 'retention_windows', 'legal_holds', 'privacy_requests']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
