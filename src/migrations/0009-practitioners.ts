import type { Migration, MigrationContext } from '#src/database/migrate.ts';

export const up: Migration = async (context) => {
  await departments(context);
  await practitioners(context);
  await hospitals(context);
};

async function departments({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'departments',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     code VARCHAR(40) NOT NULL,
     name VARCHAR(100) NOT NULL,
     description VARCHAR(1000) NULL,
     enabled TINYINT(1) NOT NULL,
     sort_order INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT departments_code_unique UNIQUE (code)`,
  );
  await createTable(
    'search_terms',
    `kind VARCHAR(20) NOT NULL,
     term VARCHAR(40) NOT NULL,
     subject_id CHAR(36) NOT NULL,
     PRIMARY KEY (kind, term, subject_id)`,
  );
  await createIndex('search_terms_subject', 'search_terms', 'kind, subject_id');
}

async function practitioners({ createTable, createIndex, money }: MigrationContext): Promise<void> {
  await createTable(
    'practitioners',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     kind VARCHAR(16) NOT NULL,
     name VARCHAR(100) NOT NULL,
     title VARCHAR(60) NULL,
     department_id CHAR(36) NULL,
     introduction TEXT NULL,
     qualifications TEXT NOT NULL,
     price ${money} NULL,
     enabled TINYINT(1) NOT NULL,
     review_state VARCHAR(12) NOT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT practitioners_user_unique UNIQUE (user_id),
     CONSTRAINT practitioners_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT practitioners_department_fk FOREIGN KEY (department_id) REFERENCES departments (id),
     CONSTRAINT practitioners_kind_check CHECK (kind IN ('doctor', 'counselor')),
     CONSTRAINT practitioners_review_check CHECK (review_state IN ('draft', 'submitted', 'approved', 'rejected'))`,
  );
  await createIndex('practitioners_department', 'practitioners', 'department_id, review_state, enabled');
  await createIndex('practitioners_review', 'practitioners', 'review_state, enabled, name');
  await createTable(
    'practitioner_specialities',
    `practitioner_id CHAR(36) NOT NULL,
     speciality VARCHAR(60) NOT NULL,
     PRIMARY KEY (practitioner_id, speciality),
     CONSTRAINT practitioner_specialities_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE`,
  );
  await createIndex('practitioner_specialities_name', 'practitioner_specialities', 'speciality, practitioner_id');
  await createTable(
    'practitioner_photos',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     practitioner_id CHAR(36) NOT NULL,
     kind VARCHAR(12) NOT NULL,
     file_id CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT practitioner_photos_file_unique UNIQUE (file_id),
     CONSTRAINT practitioner_photos_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE,
     CONSTRAINT practitioner_photos_kind_check CHECK (kind IN ('avatar', 'licence', 'id_card', 'other'))`,
  );
  await createIndex('practitioner_photos_of', 'practitioner_photos', 'practitioner_id, kind');
  await createTable(
    'practitioner_reviews',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     practitioner_id CHAR(36) NOT NULL,
     from_state VARCHAR(12) NOT NULL,
     to_state VARCHAR(12) NOT NULL,
     actor_id CHAR(36) NOT NULL,
     reason VARCHAR(500) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT practitioner_reviews_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE,
     CONSTRAINT practitioner_reviews_actor_fk FOREIGN KEY (actor_id) REFERENCES users (id)`,
  );
  await createIndex('practitioner_reviews_of', 'practitioner_reviews', 'practitioner_id, id');
}

async function hospitals({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'hospitals',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     code VARCHAR(40) NOT NULL,
     name VARCHAR(100) NOT NULL,
     level VARCHAR(20) NULL,
     address VARCHAR(200) NOT NULL,
     phone VARCHAR(40) NULL,
     introduction TEXT NULL,
     longitude DOUBLE NOT NULL,
     latitude DOUBLE NOT NULL,
     system_key VARCHAR(40) NULL,
     system_id VARCHAR(100) NULL,
     enabled TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT hospitals_code_unique UNIQUE (code),
     CONSTRAINT hospitals_longitude_check CHECK (longitude BETWEEN -180 AND 180),
     CONSTRAINT hospitals_latitude_check CHECK (latitude BETWEEN -85 AND 85)`,
  );
  await createIndex('hospitals_place', 'hospitals', 'latitude, longitude');
}

export const down: Migration = async ({ sql }) => {
  const tables = ['hospitals', 'practitioner_reviews', 'practitioner_photos', 'practitioner_specialities'];
  for (const table of [...tables, 'practitioners', 'search_terms', 'departments']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
