import type { Migration } from '#src/database/migrate.ts';

const notifications: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'notifications',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     kind VARCHAR(40) NOT NULL,
     class VARCHAR(12) NOT NULL,
     subject_type VARCHAR(24) NOT NULL,
     subject_id VARCHAR(36) NOT NULL,
     content_sealed MEDIUMTEXT NULL,
     shown TINYINT(1) NOT NULL,
     read_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT notifications_class_check CHECK (class IN ('security', 'service', 'marketing')),
     CONSTRAINT notifications_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`,
  );
  await createIndex('notifications_list', 'notifications', 'user_id, shown, id');
  await createIndex('notifications_unread', 'notifications', 'user_id, shown, read_at');
  await createIndex('notifications_created', 'notifications', 'created_at');
  await createTable(
    'notification_preferences',
    `user_id CHAR(36) NOT NULL,
     class VARCHAR(12) NOT NULL,
     channel VARCHAR(8) NOT NULL,
     enabled TINYINT(1) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     PRIMARY KEY (user_id, class, channel),
     CONSTRAINT notification_preferences_class_check CHECK (class IN ('service', 'marketing')),
     CONSTRAINT notification_preferences_channel_check CHECK (channel IN ('app', 'sms', 'email')),
     CONSTRAINT notification_preferences_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE`,
  );
};

const deliveries: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'deliveries',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     notification_id CHAR(36) NULL,
     user_id CHAR(36) NULL,
     channel VARCHAR(8) NOT NULL,
     kind VARCHAR(16) NOT NULL,
     template VARCHAR(40) NOT NULL,
     recipient VARCHAR(260) NOT NULL,
     variables_sealed MEDIUMTEXT NULL,
     provider VARCHAR(24) NULL,
     provider_id VARCHAR(255) NULL,
     state VARCHAR(12) NOT NULL,
     error_code VARCHAR(120) NULL,
     attempts INTEGER NOT NULL,
     sent_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT deliveries_channel_unique UNIQUE (notification_id, channel),
     CONSTRAINT deliveries_channel_check CHECK (channel IN ('sms', 'email')),
     CONSTRAINT deliveries_kind_check CHECK (kind IN ('verification', 'notification', 'marketing')),
     CONSTRAINT deliveries_state_check CHECK (state IN ('queued', 'sent', 'delivered', 'failed', 'unknown')),
     CONSTRAINT deliveries_notification_fk FOREIGN KEY (notification_id) REFERENCES notifications (id) ON DELETE CASCADE,
     CONSTRAINT deliveries_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL`,
  );
  await createIndex('deliveries_created', 'deliveries', 'created_at');
  await createIndex('deliveries_state', 'deliveries', 'state, created_at');
  await createIndex('deliveries_user', 'deliveries', 'user_id, created_at');
  await createIndex('deliveries_provider', 'deliveries', 'provider, provider_id');
  await createTable(
    'message_templates',
    `name VARCHAR(40) NOT NULL,
     locale VARCHAR(8) NOT NULL,
     title VARCHAR(200) NOT NULL,
     text TEXT NOT NULL,
     sms VARCHAR(500) NOT NULL,
     action VARCHAR(60) NULL,
     version INTEGER NOT NULL,
     updated_by CHAR(36) NULL,
     updated_at DATETIME(3) NOT NULL,
     PRIMARY KEY (name, locale)`,
  );
  await createTable(
    'sms_template_codes',
    `provider VARCHAR(24) NOT NULL,
     name VARCHAR(40) NOT NULL,
     locale VARCHAR(8) NOT NULL,
     code VARCHAR(64) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     PRIMARY KEY (provider, name, locale)`,
  );
};

export const up: Migration = async (context) => {
  for (const part of [notifications, deliveries]) await part(context);
};

export const down: Migration = async ({ sql }) => {
  for (const table of ['sms_template_codes', 'message_templates', 'deliveries', 'notification_preferences', 'notifications'])
    await sql(`DROP TABLE IF EXISTS ${table}`);
};
