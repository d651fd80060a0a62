import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'announcements',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     class VARCHAR(12) NOT NULL,
     title TEXT NOT NULL,
     body MEDIUMTEXT NOT NULL,
     path VARCHAR(200) NULL,
     channels VARCHAR(40) NOT NULL,
     audience MEDIUMTEXT NOT NULL,
     state VARCHAR(12) NOT NULL,
     position CHAR(36) NULL,
     reached INTEGER NOT NULL,
     told INTEGER NOT NULL,
     created_by CHAR(36) NULL,
     created_at DATETIME(3) NOT NULL,
     finished_at DATETIME(3) NULL,
     CONSTRAINT announcements_class_check CHECK (class IN ('service', 'marketing')),
     CONSTRAINT announcements_state_check CHECK (state IN ('running', 'done', 'cancelled')),
     CONSTRAINT announcements_author_fk FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL`,
  );
  await createIndex('announcements_created', 'announcements', 'created_at');
  await createIndex('notifications_subject', 'notifications', 'subject_type, subject_id');
};

export const down: Migration = async ({ sql, dialect }) => {
  await sql('DROP TABLE IF EXISTS announcements');
  await sql(dialect === 'mysql' ? 'DROP INDEX notifications_subject ON notifications' : 'DROP INDEX IF EXISTS notifications_subject');
};
