import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'consultations',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     title VARCHAR(200) NOT NULL,
     status VARCHAR(16) NOT NULL,
     practitioner_user_id CHAR(36) NOT NULL,
     scheduled_start DATETIME(3) NOT NULL,
     scheduled_end DATETIME(3) NOT NULL,
     started_at DATETIME(3) NULL,
     ended_at DATETIME(3) NULL,
     lobby TINYINT(1) NOT NULL,
     locked TINYINT(1) NOT NULL,
     room_epoch INTEGER NOT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT consultations_practitioner_fk FOREIGN KEY (practitioner_user_id) REFERENCES users (id),
     CONSTRAINT consultations_status_check CHECK (status IN ('scheduled', 'active', 'ended')),
     CONSTRAINT consultations_time_check CHECK (scheduled_end > scheduled_start)`,
  );
  await createIndex('consultations_practitioner', 'consultations', 'practitioner_user_id, scheduled_start');
  await createTable(
    'consultation_members',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     consultation_id CHAR(36) NOT NULL,
     user_id CHAR(36) NULL,
     name VARCHAR(100) NOT NULL,
     role VARCHAR(16) NOT NULL,
     access_epoch INTEGER NOT NULL,
     removed_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT members_consultation_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id) ON DELETE CASCADE,
     CONSTRAINT members_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT members_user_unique UNIQUE (consultation_id, user_id),
     CONSTRAINT members_role_check CHECK (role IN ('practitioner', 'patient', 'guest', 'observer'))`,
  );
  await createIndex('members_user', 'consultation_members', 'user_id, consultation_id');
};

export const down: Migration = async ({ sql }) => {
  await sql('DROP TABLE IF EXISTS consultation_members');
  await sql('DROP TABLE IF EXISTS consultations');
};
