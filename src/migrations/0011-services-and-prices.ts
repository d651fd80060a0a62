import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex, money }) => {
  await createTable(
    'services',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     name VARCHAR(100) NOT NULL,
     category VARCHAR(50) NOT NULL,
     description TEXT NULL,
     price ${money} NOT NULL,
     duration_minutes INTEGER NOT NULL,
     is_active TINYINT(1) NOT NULL,
     sort_order INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT services_price_check CHECK (price >= 0),
     CONSTRAINT services_duration_check CHECK (duration_minutes BETWEEN 5 AND 480)`,
  );
  await createIndex('services_category', 'services', 'category');
  await createIndex('services_active', 'services', 'is_active, sort_order');
  await createTable(
    'price_configs',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     service_id CHAR(36) NOT NULL,
     practitioner_id CHAR(36) NULL,
     membership_level VARCHAR(16) NULL,
     price ${money} NOT NULL,
     valid_from DATETIME(3) NOT NULL,
     valid_to DATETIME(3) NULL,
     created_by CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT price_configs_service_fk FOREIGN KEY (service_id) REFERENCES services (id) ON DELETE CASCADE,
     CONSTRAINT price_configs_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE,
     CONSTRAINT price_configs_level_check CHECK (membership_level IS NULL OR membership_level IN ('basic', 'professional', 'premium')),
     CONSTRAINT price_configs_price_check CHECK (price >= 0),
     CONSTRAINT price_configs_period_check CHECK (valid_to IS NULL OR valid_to > valid_from)`,
  );
  await createIndex('price_configs_service', 'price_configs', 'service_id, valid_from');
};

export const down: Migration = async ({ sql }) => {
  await sql('DROP TABLE IF EXISTS price_configs');
  await sql('DROP TABLE IF EXISTS services');
};
