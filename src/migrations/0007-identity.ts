import type { Migration, MigrationContext } from '#src/database/migrate.ts';

const STATES = `CONSTRAINT users_state_check CHECK (status IN ('active', 'inactive', 'suspended')),
     CONSTRAINT users_membership_check CHECK (membership_level IN ('basic', 'professional', 'premium'))`;

const ADDED = {
  name_search: "VARCHAR(200) NOT NULL DEFAULT ''",
  staff_no: 'VARCHAR(32) NULL',
  phone_index: 'CHAR(64) NULL',
  phone_sealed: 'VARCHAR(255) NULL',
  email_index: 'CHAR(64) NULL',
  email_sealed: 'VARCHAR(700) NULL',
  membership_level: "VARCHAR(16) NOT NULL DEFAULT 'basic'",
  locale: "VARCHAR(8) NOT NULL DEFAULT 'zh'",
  avatar_file_id: 'CHAR(36) NULL',
  locked_until: 'DATETIME(3) NULL',
  lock_reason: 'VARCHAR(16) NULL',
  password_changed_at: 'DATETIME(3) NULL',
  last_login_at: 'DATETIME(3) NULL',
};
const added = Object.entries(ADDED);
const UNIQUE = { users_staff_no_unique: 'staff_no', users_phone_unique: 'phone_index' };
const unique = Object.entries(UNIQUE).map(([name, column]) => `CONSTRAINT ${name} UNIQUE (${column})`);

/** What both forms of the table share, for SQLite. */
const kept = (nullable: 'NULL' | 'NOT NULL') => `id CHAR(36) NOT NULL PRIMARY KEY,
     account VARCHAR(64) ${nullable},
     name VARCHAR(100) NOT NULL,
     password_hash VARCHAR(255) ${nullable},
     status VARCHAR(16) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL`;
const same = (...columns: string[]) => Object.fromEntries(columns.map((column) => [column, column]));
const toNew = "CASE status WHEN 'disabled' THEN 'inactive' ELSE status END";
const toOld = "CASE status WHEN 'active' THEN 'active' ELSE 'disabled' END";

/** People without account or password, sessions that are renewed, three states. */
async function growUsers({ dialect, hasColumn, replaceTable, sql, createIndex }: MigrationContext): Promise<void> {
  if (dialect === 'sqlite') {
    if (!(await hasColumn('users', 'last_login_at')))
      await replaceTable(
        'users',
        `${kept('NULL')},
         ${added.map(([name, type]) => `${name} ${type}`).join(', ')},
         CONSTRAINT users_account_unique UNIQUE (account), ${unique.join(', ')}, ${STATES}`,
        { ...same('id', 'account', 'name', 'password_hash', 'created_at', 'updated_at'), status: toNew, name_search: 'LOWER(name)' },
      );
  } else {
    // Each statement is all or nothing, and the last column of each says that it was done.
    const columns = added.filter(([name]) => name !== 'last_login_at').map(([name, type]) => `ADD COLUMN ${name} ${type}`);
    if (!(await hasColumn('users', 'phone_index')))
      await sql(`ALTER TABLE users DROP CONSTRAINT users_status_check, MODIFY account VARCHAR(64) NULL, MODIFY password_hash VARCHAR(255) NULL,
        ${columns.join(', ')}, ${unique.map((constraint) => `ADD ${constraint}`).join(', ')}`);
    await sql(`UPDATE users SET status = ${toNew}`);
    await sql("UPDATE users SET name_search = LOWER(name) WHERE name_search = ''");
    if (!(await hasColumn('users', 'last_login_at')))
      await sql(
        `ALTER TABLE users ADD COLUMN last_login_at ${ADDED.last_login_at}, ${STATES.split(',\n')
          .map((check) => `ADD ${check}`)
          .join(', ')}`,
      );
  }
  await createIndex('users_name_search', 'users', 'name_search');
  await createIndex('users_email', 'users', 'email_index');
  await createIndex('users_status', 'users', 'status, created_at');
  await createIndex('users_created', 'users', 'created_at');
}

async function growSessions({ addColumn, createTable, createIndex }: MigrationContext): Promise<void> {
  await addColumn('sessions', 'client_type', "VARCHAR(16) NOT NULL DEFAULT 'other'");
  await addColumn('sessions', 'method', "VARCHAR(16) NOT NULL DEFAULT 'password'");
  await addColumn('sessions', 'device_id', 'VARCHAR(64) NULL');
  await addColumn('sessions', 'device_name', 'VARCHAR(100) NULL');
  await addColumn('sessions', 'user_agent', 'VARCHAR(255) NULL');
  await addColumn('sessions', 'ip', 'VARCHAR(45) NULL');
  await addColumn('sessions', 'last_ip', 'VARCHAR(45) NULL');
  await addColumn('sessions', 'last_seen_at', 'DATETIME(3) NULL');
  await addColumn('sessions', 'verified_at', 'DATETIME(3) NULL');
  await addColumn('sessions', 'revoked_reason', 'VARCHAR(24) NULL');
  await createIndex('sessions_revoked', 'sessions', 'revoked_at');
  await createTable(
    'refresh_tokens',
    `token_hash CHAR(64) NOT NULL PRIMARY KEY,
     session_id CHAR(36) NOT NULL,
     generation INTEGER NOT NULL,
     salt CHAR(64) NULL,
     used_at DATETIME(3) NULL,
     expires_at DATETIME(3) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT refresh_tokens_successor_unique UNIQUE (session_id, generation),
     CONSTRAINT refresh_tokens_session_fk FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE`,
  );
  await createIndex('refresh_tokens_expires', 'refresh_tokens', 'expires_at');
}

async function createSignIn({ createTable, createIndex, autoId }: MigrationContext): Promise<void> {
  await createTable(
    'sms_codes',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     phone_index CHAR(64) NOT NULL,
     scene VARCHAR(16) NOT NULL,
     code_hash CHAR(64) NOT NULL,
     tries INTEGER NOT NULL,
     expires_at DATETIME(3) NOT NULL,
     used_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL`,
  );
  await createIndex('sms_codes_phone', 'sms_codes', 'phone_index, scene, created_at');
  await createIndex('sms_codes_created', 'sms_codes', 'created_at');
  await createTable(
    'rate_counters',
    `counter_key VARCHAR(120) NOT NULL PRIMARY KEY,
     hits INTEGER NOT NULL,
     ends_at DATETIME(3) NOT NULL`,
  );
  await createIndex('rate_counters_ends', 'rate_counters', 'ends_at');
  await createTable(
    'login_log',
    `id ${autoId},
     user_id CHAR(36) NULL,
     account VARCHAR(64) NULL,
     method VARCHAR(16) NOT NULL,
     success TINYINT(1) NOT NULL,
     reason VARCHAR(32) NULL,
     abnormal VARCHAR(60) NULL,
     client_type VARCHAR(16) NOT NULL,
     device_key CHAR(64) NOT NULL,
     user_agent VARCHAR(255) NULL,
     ip VARCHAR(45) NOT NULL,
     network VARCHAR(64) NOT NULL,
     session_id CHAR(36) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT login_log_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL`,
  );
  await createIndex('login_log_user', 'login_log', 'user_id, created_at');
  await createIndex('login_log_created', 'login_log', 'created_at');
}

async function createIdentities({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'user_identities',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     provider VARCHAR(40) NOT NULL,
     subject VARCHAR(255) NOT NULL,
     label VARCHAR(100) NULL,
     last_used_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT user_identities_subject_unique UNIQUE (provider, subject),
     CONSTRAINT user_identities_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`,
  );
  await createIndex('user_identities_user', 'user_identities', 'user_id');
  await createTable(
    'login_states',
    `state_hash CHAR(64) NOT NULL PRIMARY KEY,
     provider VARCHAR(40) NOT NULL,
     ticket_hash CHAR(64) NOT NULL,
     nonce VARCHAR(128) NULL,
     verifier VARCHAR(128) NULL,
     user_id CHAR(36) NULL,
     expires_at DATETIME(3) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT login_states_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`,
  );
  await createIndex('login_states_expires', 'login_states', 'expires_at');
}

async function createPeople({ createTable, createIndex }: MigrationContext): Promise<void> {
  const user = (name: string, column = 'user_id') => `CONSTRAINT ${name} FOREIGN KEY (${column}) REFERENCES users (id) ON DELETE CASCADE`;
  await createTable(
    'user_tags',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     name VARCHAR(40) NOT NULL,
     color VARCHAR(7) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT user_tags_name_unique UNIQUE (name)`,
  );
  await createTable(
    'user_tag_links',
    `user_id CHAR(36) NOT NULL,
     tag_id CHAR(36) NOT NULL,
     PRIMARY KEY (user_id, tag_id),
     ${user('user_tag_links_user_fk')},
     CONSTRAINT user_tag_links_tag_fk FOREIGN KEY (tag_id) REFERENCES user_tags (id) ON DELETE CASCADE`,
  );
  await createIndex('user_tag_links_tag', 'user_tag_links', 'tag_id, user_id');
  await createTable(
    'user_follows',
    `follower_id CHAR(36) NOT NULL,
     followed_id CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (follower_id, followed_id),
     ${user('user_follows_follower_fk', 'follower_id')},
     ${user('user_follows_followed_fk', 'followed_id')}`,
  );
  await createIndex('user_follows_followed', 'user_follows', 'followed_id, created_at');
  await createTable(
    'menus',
    `\`key\` VARCHAR(40) NOT NULL PRIMARY KEY,
     parent_key VARCHAR(40) NULL,
     title_zh VARCHAR(60) NOT NULL,
     title_en VARCHAR(60) NOT NULL,
     path VARCHAR(200) NULL,
     icon VARCHAR(40) NULL,
     permission VARCHAR(60) NULL,
     sort_order INTEGER NOT NULL,
     visible TINYINT(1) NOT NULL,
     builtin TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT menus_parent_fk FOREIGN KEY (parent_key) REFERENCES menus (\`key\`)`,
  );
}

export const up: Migration = async (context) => {
  await growUsers(context);
  await growSessions(context);
  await createSignIn(context);
  await createIdentities(context);
  await createPeople(context);
};

const TABLES = [
  ...['menus', 'user_follows', 'user_tag_links', 'user_tags'],
  ...['login_states', 'user_identities', 'login_log', 'rate_counters', 'sms_codes', 'refresh_tokens'],
];
const SESSION_COLUMNS = [
  ...['client_type', 'method', 'device_id', 'device_name', 'user_agent', 'ip', 'last_ip', 'last_seen_at', 'verified_at', 'revoked_reason'],
];

/** People without an account keep their row under their id. */
export const down: Migration = async (context) => {
  const { dialect, hasColumn, dropColumn, replaceTable, sql } = context;
  for (const table of TABLES) await sql(`DROP TABLE IF EXISTS ${table}`);
  if (dialect === 'sqlite') await sql('DROP INDEX IF EXISTS sessions_revoked');
  for (const column of SESSION_COLUMNS) await dropColumn('sessions', column);
  if (!(await hasColumn('users', 'phone_index'))) return;
  const old = `CONSTRAINT users_status_check CHECK (status IN ('active', 'disabled'))`;
  if (dialect === 'sqlite') {
    await replaceTable('users', `${kept('NOT NULL')}, CONSTRAINT users_account_unique UNIQUE (account), ${old}`, {
      ...same('id', 'name', 'created_at', 'updated_at'),
      account: 'COALESCE(account, id)',
      password_hash: "COALESCE(password_hash, '')",
      status: toOld,
    });
    return;
  }
  if (await hasColumn('users', 'last_login_at'))
    await sql('ALTER TABLE users DROP COLUMN last_login_at, DROP CONSTRAINT users_state_check, DROP CONSTRAINT users_membership_check');
  await sql(`UPDATE users SET status = ${toOld}, account = COALESCE(account, id), password_hash = COALESCE(password_hash, '')`);
  const columns = added.filter(([name]) => name !== 'last_login_at').map(([name]) => `DROP COLUMN ${name}`);
  const indexes = [...Object.keys(UNIQUE), 'users_name_search', 'users_email', 'users_status', 'users_created'];
  await sql(`ALTER TABLE users ${indexes.map((name) => `DROP INDEX ${name}`).join(', ')}, ${columns.join(', ')},
    MODIFY account VARCHAR(64) NOT NULL, MODIFY password_hash VARCHAR(255) NOT NULL, ADD ${old}`);
};
