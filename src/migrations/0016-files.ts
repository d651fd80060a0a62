import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
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
     CONSTRAINT files_store_key_unique UNIQUE (store_key),
     CONSTRAINT files_category_check CHECK (category IN ('avatar', 'licence', 'id-photo', 'record-attachment', 'document')),
     CONSTRAINT files_kind_check CHECK (kind IN ('image', 'video', 'audio', 'document', 'imaging')),
     CONSTRAINT files_access_check CHECK (access IN ('private', 'role', 'related', 'public')),
     CONSTRAINT files_role_check CHECK ((access = 'role') = (access_role IS NOT NULL)),
     CONSTRAINT files_state_check CHECK (state IN ('active', 'deleted')),
     CONSTRAINT files_owner_fk FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE SET NULL`,
  );
  await createIndex('files_owner', 'files', 'owner_id, state, id');
  await createIndex('files_category', 'files', 'category, state, id');
  await createTable(
    'file_links',
    `file_id CHAR(36) NOT NULL,
     object_type VARCHAR(40) NOT NULL,
     object_id VARCHAR(64) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (file_id, object_type, object_id),
     CONSTRAINT file_links_file_fk FOREIGN KEY (file_id) REFERENCES files (id) ON DELETE RESTRICT`,
  );
  await createIndex('file_links_object', 'file_links', 'object_type, object_id');
  await createTable(
    'file_usage',
    `user_id CHAR(36) NOT NULL PRIMARY KEY,
     bytes BIGINT NOT NULL,
     files INTEGER NOT NULL,
     CONSTRAINT file_usage_bytes_check CHECK (bytes >= 0),
     CONSTRAINT file_usage_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`,
  );
};

export const down: Migration = async ({ sql }) => {
  for (const table of ['file_usage', 'file_links', 'files']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
