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

const allowFiles = ({ setCheck }: MigrationContext, categories: string[]): Promise<void> =>
  setCheck('files', 'files_category_check', `category IN (${categories.map((name) => `'${name}'`).join(', ')})`);

export const up: Migration = async (context) => {
  await recordings(context);
  await contents(context);
  await allowFiles(context, [...CATEGORIES, 'recording']);
  for (const table of TABLES) await context.hold(table);
};

export const down: Migration = async (context) => {
  const { sql } = context;
  for (const table of TABLES.toReversed()) await sql(`DROP TABLE IF EXISTS ${table}`);
  await sql("INSERT INTO retention_windows (table_name) VALUES ('files')");
  await sql("DELETE FROM files WHERE category = 'recording'");
  await sql("DELETE FROM retention_windows WHERE table_name = 'files'");
  await allowFiles(context, CATEGORIES);
};
