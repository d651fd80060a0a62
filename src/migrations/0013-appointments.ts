import type { Migration } from '#src/database/migrate.ts';

const STATES = "'pending', 'confirmed', 'in_progress', 'completed', 'cancelled'";

const appointments: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'appointments',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     appointment_no VARCHAR(32) NOT NULL,
     order_id CHAR(36) NULL,
     user_id CHAR(36) NOT NULL,
     profile_id CHAR(36) NULL,
     practitioner_id CHAR(36) NOT NULL,
     service_id CHAR(36) NOT NULL,
     starts_at DATETIME(3) NOT NULL,
     ends_at DATETIME(3) NOT NULL,
     status VARCHAR(12) NOT NULL,
     outcome VARCHAR(24) NULL,
     queue_day CHAR(8) NULL,
     queue_no INTEGER NULL,
     details_sealed TEXT NOT NULL,
     reminder_sent TINYINT(1) NOT NULL,
     version INTEGER NOT NULL,
     started_at DATETIME(3) NULL,
     completed_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT appointments_no_unique UNIQUE (appointment_no),
     CONSTRAINT appointments_order_unique UNIQUE (order_id),
     CONSTRAINT appointments_queue_unique UNIQUE (practitioner_id, queue_day, queue_no),
     CONSTRAINT appointments_order_fk FOREIGN KEY (order_id) REFERENCES orders (id),
     CONSTRAINT appointments_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT appointments_profile_fk FOREIGN KEY (profile_id) REFERENCES visit_profiles (id),
     CONSTRAINT appointments_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id),
     CONSTRAINT appointments_service_fk FOREIGN KEY (service_id) REFERENCES services (id),
     CONSTRAINT appointments_status_check CHECK (status IN (${STATES})),
     CONSTRAINT appointments_outcome_check CHECK (outcome IS NULL OR outcome IN ('patient_absent', 'practitioner_absent')),
     CONSTRAINT appointments_time_check CHECK (ends_at > starts_at)`,
  );
  await createIndex('appointments_user', 'appointments', 'user_id, starts_at');
  await createIndex('appointments_practitioner', 'appointments', 'practitioner_id, starts_at');
  await createIndex('appointments_status', 'appointments', 'status, starts_at');
  await createIndex('appointments_starts', 'appointments', 'starts_at');
};

const claims: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'appointment_claims',
    `practitioner_id CHAR(36) NOT NULL,
     cell INTEGER NOT NULL,
     seat INTEGER NOT NULL,
     appointment_id CHAR(36) NOT NULL,
     held_until DATETIME(3) NULL,
     PRIMARY KEY (practitioner_id, cell, seat),
     CONSTRAINT appointment_claims_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE`,
  );
  await createIndex('appointment_claims_of', 'appointment_claims', 'appointment_id');
  await createTable(
    'patient_claims',
    `patient_key CHAR(36) NOT NULL,
     cell INTEGER NOT NULL,
     appointment_id CHAR(36) NOT NULL,
     PRIMARY KEY (patient_key, cell),
     CONSTRAINT patient_claims_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE`,
  );
  await createIndex('patient_claims_of', 'patient_claims', 'appointment_id');
};

const visits: Migration = async ({ createTable, createUniqueIndex, addColumn }) => {
  await createTable(
    'appointment_log',
    `appointment_id CHAR(36) NOT NULL,
     version INTEGER NOT NULL,
     action VARCHAR(12) NOT NULL,
     from_status VARCHAR(12) NULL,
     to_status VARCHAR(12) NOT NULL,
     starts_at DATETIME(3) NOT NULL,
     actor_id CHAR(36) NULL,
     reason VARCHAR(300) NULL,
     request_id VARCHAR(64) NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (appointment_id, version),
     CONSTRAINT appointment_log_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE`,
  );
  await addColumn('consultations', 'appointment_id', 'CHAR(36) NULL');
  await createUniqueIndex('consultations_appointment', 'consultations', 'appointment_id');
};

export const up: Migration = async (context) => {
  for (const part of [appointments, claims, visits]) await part(context);
};

export const down: Migration = async ({ sql, dialect, dropColumn }) => {
  await sql(
    dialect === 'mysql'
      ? 'DROP INDEX IF EXISTS consultations_appointment ON consultations'
      : 'DROP INDEX IF EXISTS consultations_appointment',
  );
  await dropColumn('consultations', 'appointment_id');
  for (const table of ['appointment_log', 'patient_claims', 'appointment_claims', 'appointments'])
    await sql(`DROP TABLE IF EXISTS ${table}`);
};
