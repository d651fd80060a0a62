import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex, autoId }) => {
  await createTable(
    'settings',
    `\`key\` VARCHAR(60) NOT NULL PRIMARY KEY,
     value TEXT NOT NULL,
     version INTEGER NOT NULL,
     updated_by CHAR(36) NULL,
     updated_at DATETIME(3) NOT NULL`,
  );
  await createTable(
    'setting_history',
    `id ${autoId},
     \`key\` VARCHAR(60) NOT NULL,
     value TEXT NULL,
     version INTEGER NOT NULL,
     changed_by CHAR(36) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT setting_history_unique UNIQUE (\`key\`, version)`,
  );
  await createIndex('setting_history_created', 'setting_history', 'created_at');
};

export const down: Migration = async ({ sql }) => {
  await sql('DROP TABLE IF EXISTS setting_history');
  await sql('DROP TABLE IF EXISTS settings');
};
