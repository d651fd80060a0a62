import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex, hasColumn, dropColumn, sql }) => {
  await createTable(
    'roles',
    `\`key\` VARCHAR(40) NOT NULL PRIMARY KEY,
     name_zh VARCHAR(60) NOT NULL,
     name_en VARCHAR(60) NOT NULL,
     builtin TINYINT(1) NOT NULL,
     parent_key VARCHAR(40) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT roles_parent_fk FOREIGN KEY (parent_key) REFERENCES roles (\`key\`) ON DELETE SET NULL`,
  );
  await createTable(
    'role_permissions',
    `role_key VARCHAR(40) NOT NULL,
     permission VARCHAR(60) NOT NULL,
     PRIMARY KEY (role_key, permission),
     CONSTRAINT role_permissions_role_fk FOREIGN KEY (role_key) REFERENCES roles (\`key\`) ON DELETE CASCADE`,
  );
  await createTable('known_permissions', 'name VARCHAR(60) NOT NULL PRIMARY KEY');
  await createTable(
    'user_roles',
    `user_id CHAR(36) NOT NULL,
     role_key VARCHAR(40) NOT NULL,
     PRIMARY KEY (user_id, role_key),
     CONSTRAINT user_roles_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT user_roles_role_fk FOREIGN KEY (role_key) REFERENCES roles (\`key\`)`,
  );
  await createIndex('user_roles_role', 'user_roles', 'role_key, user_id');
  if (!(await hasColumn('users', 'roles'))) return;
  for (const [key, zh, en] of [
    ['doctor', '医生', 'Doctor'],
    ['patient', '患者', 'Patient'],
  ]) {
    const row = `SELECT '${key}' AS k, '${zh}' AS zh, '${en}' AS en, 1 AS b, NULL AS p, '2026-01-01 00:00:00.000' AS c, '2026-01-01 00:00:00.000' AS u`;
    await sql(`INSERT INTO roles SELECT * FROM (${row}) AS fresh WHERE NOT EXISTS (SELECT 1 FROM roles WHERE \`key\` = '${key}')`);
    await sql(`INSERT INTO user_roles SELECT id, '${key}' FROM users WHERE INSTR(roles, '${key}') > 0
      AND NOT EXISTS (SELECT 1 FROM user_roles WHERE user_id = users.id AND role_key = '${key}')`);
  }
  await dropColumn('users', 'roles');
};

export const down: Migration = async ({ addColumn, sql }) => {
  await addColumn('users', 'roles', "VARCHAR(255) NOT NULL DEFAULT ''");
  await sql(`UPDATE users SET roles = COALESCE((SELECT GROUP_CONCAT(role_key) FROM user_roles WHERE user_id = users.id), '')`);
  for (const table of ['user_roles', 'role_permissions', 'known_permissions', 'roles']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
