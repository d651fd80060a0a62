import type { Migration, MigrationContext } from '#src/database/migrate.ts';

const recordings: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'recordings',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     consultation_id CHAR(36) NOT NULL,
     asked_by CHAR(36) NOT NULL,
     state VARCHAR(12) NOT NULL,
     open_key CHAR(36) NULL,
     asked_at DATETIME(3) NOT NULL,
     started_at DATETIME(3) NULL,
     ended_at DATETIME(3) NULL,
     end_reason VARCHAR(12) NULL,
     progress INTEGER NOT NULL,
     duration_ms INTEGER NULL,
     file_id CHAR(36) NULL,
     fault VARCHAR(40) NULL,
     deleted_at DATETIME(3) NULL,
     deleted_by CHAR(36) NULL,
     CONSTRAINT recordings_open_unique UNIQUE (open_key),
     CONSTRAINT recordings_consultation_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id),
     CONSTRAINT recordings_asked_by_fk FOREIGN KEY (asked_by) REFERENCES consultation_members (id),
     CONSTRAINT recordings_state_check
       CHECK (state IN ('asked', 'recording', 'paused', 'composing', 'ready', 'empty', 'failed', 'deleted')),
     CONSTRAINT recordings_end_check CHECK (end_reason IN ('stopped', 'withdrawn', 'ended', 'closed', 'left'))`,
  );
  await createIndex('recordings_consultation', 'recordings', 'consultation_id, asked_at');
  await createIndex('recordings_file', 'recordings', 'file_id');
};

/** What people said to them, and what they are made of. */
const contents: Migration = async ({ createTable, createIndex, autoId }) => {
  await createTable(
    'recording_consents',
    `id ${autoId},
     recording_id CHAR(36) NOT NULL,
     member_id CHAR(36) NOT NULL,
     decision VARCHAR(12) NOT NULL,
     room_epoch INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT recording_consents_recording_fk FOREIGN KEY (recording_id) REFERENCES recordings (id),
     CONSTRAINT recording_consents_member_fk FOREIGN KEY (member_id) REFERENCES consultation_members (id),
     CONSTRAINT recording_consents_decision_check CHECK (decision IN ('consented', 'refused', 'withdrawn'))`,
  );
  await createIndex('recording_consents_recording', 'recording_consents', 'recording_id, id');
  await createTable(
    'recording_segments',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     recording_id CHAR(36) NOT NULL,
     member_id CHAR(36) NOT NULL,
     peer_id VARCHAR(64) NOT NULL,
     producer_id VARCHAR(64) NOT NULL,
     kind VARCHAR(8) NOT NULL,
     source VARCHAR(16) NOT NULL,
     offset_ms INTEGER NOT NULL,
     duration_ms INTEGER NOT NULL,
     file_id CHAR(36) NULL,
     room_epoch INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT recording_segments_recording_fk FOREIGN KEY (recording_id) REFERENCES recordings (id),
     CONSTRAINT recording_segments_member_fk FOREIGN KEY (member_id) REFERENCES consultation_members (id),
     CONSTRAINT recording_segments_kind_check CHECK (kind IN ('audio', 'video'))`,
  );
  await createIndex('recording_segments_recording', 'recording_segments', 'recording_id, offset_ms');
  await createIndex('recording_segments_file', 'recording_segments', 'file_id');
};

const TABLES = ['recordings', 'recording_consents', 'recording_segments'];
const CATEGORIES = ['avatar', 'licence', 'id-photo', 'record-attachment', 'document', 'data-export'];
const KINDS = ['image', 'video', 'audio', 'document', 'imaging', 'archive'];
const FILE_COLUMNS = [
  ...['id', 'owner_id', 'category', 'kind', 'access', 'access_role', 'name_sealed', 'mime', 'bytes', 'sha256', 'width', 'height'],
  ...['store', 'store_key', 'key_sealed', 'state', 'created_at', 'updated_at', 'deleted_at', 'downloads_left'],
];
const oneOf = (name: string, column: string, values: string[]): string =>
  `CONSTRAINT ${name} CHECK (${column} IN (${values.map((value) => `'${value}'`).join(', ')}))`;

/** Which files there may be. */
async function allowFiles({ dialect, sql, replaceTable }: MigrationContext, categories: string[]): Promise<void> {
  const checks = [oneOf('files_category_check', 'category', categories), oneOf('files_kind_check', 'kind', KINDS)];
  if (dialect === 'mysql') {
    await sql('ALTER TABLE files DROP CONSTRAINT IF EXISTS files_category_check');
    return sql(`ALTER TABLE files ADD ${checks[0]}`);
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

/** The database itself refuses to delete what has to be kept, unless a window is open in the same transaction. */
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
  await recordings(context);
  await contents(context);
  await allowFiles(context, [...CATEGORIES, 'recording']);
  for (const table of TABLES) await hold(context, table);
};

export const down: Migration = async (context) => {
  const { sql } = context;
  for (const table of TABLES.toReversed()) await sql(`DROP TABLE IF EXISTS ${table}`);
  await sql("INSERT INTO retention_windows (table_name) VALUES ('files')");
  await sql("DELETE FROM files WHERE category = 'recording'");
  await sql("DELETE FROM retention_windows WHERE table_name = 'files'");
  await allowFiles(context, CATEGORIES);
};
