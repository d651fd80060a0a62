import type { Migration } from '#src/database/migrate.ts';

const medicines: Migration = async ({ createTable, createIndex }) => {
  await createTable('sequences', 'name VARCHAR(60) NOT NULL PRIMARY KEY, value INTEGER NOT NULL');
  await createTable(
    'medicines',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     code VARCHAR(40) NOT NULL,
     name VARCHAR(100) NOT NULL,
     name_en VARCHAR(100) NULL,
     ingredients TEXT NOT NULL,
     specification VARCHAR(100) NOT NULL,
     unit VARCHAR(20) NOT NULL,
     prescription_only TINYINT(1) NOT NULL,
     enabled TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT medicines_code_unique UNIQUE (code)`,
  );
  await createIndex('medicines_name', 'medicines', 'name');
  await createTable(
    'contraindications',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     kind VARCHAR(12) NOT NULL,
     ingredient VARCHAR(60) NOT NULL,
     against VARCHAR(60) NOT NULL,
     severity VARCHAR(8) NOT NULL,
     reason_zh VARCHAR(300) NOT NULL,
     reason_en VARCHAR(300) NOT NULL,
     enabled TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT contraindications_unique UNIQUE (kind, ingredient, against),
     CONSTRAINT contraindications_kind_check CHECK (kind IN ('drug', 'allergy', 'condition')),
     CONSTRAINT contraindications_severity_check CHECK (severity IN ('mild', 'severe'))`,
  );
  await createTable(
    'medical_terms',
    `term VARCHAR(60) NOT NULL,
     meaning VARCHAR(60) NOT NULL,
     PRIMARY KEY (term, meaning)`,
  );
};

const prescriptions: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'prescriptions',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     prescription_no VARCHAR(32) NOT NULL,
     patient_id CHAR(36) NOT NULL,
     profile_id CHAR(36) NULL,
     practitioner_id CHAR(36) NOT NULL,
     doctor_id CHAR(36) NOT NULL,
     consultation_id CHAR(36) NULL,
     status VARCHAR(12) NOT NULL,
     content_sealed TEXT NOT NULL,
     verify_code VARCHAR(40) NOT NULL,
     reviewer_id CHAR(36) NULL,
     reviewed_at DATETIME(3) NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT prescriptions_no_unique UNIQUE (prescription_no),
     CONSTRAINT prescriptions_verify_unique UNIQUE (verify_code),
     CONSTRAINT prescriptions_patient_fk FOREIGN KEY (patient_id) REFERENCES users (id),
     CONSTRAINT prescriptions_doctor_fk FOREIGN KEY (doctor_id) REFERENCES users (id),
     CONSTRAINT prescriptions_reviewer_fk FOREIGN KEY (reviewer_id) REFERENCES users (id),
     CONSTRAINT prescriptions_consultation_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id),
     CONSTRAINT prescriptions_status_check CHECK (status IN ('submitted', 'approved', 'rejected', 'cancelled')),
     CONSTRAINT prescriptions_reviewer_check CHECK (reviewer_id IS NULL OR reviewer_id <> doctor_id)`,
  );
  await createIndex('prescriptions_patient', 'prescriptions', 'patient_id, created_at');
  await createIndex('prescriptions_doctor', 'prescriptions', 'doctor_id, created_at');
  await createIndex('prescriptions_status', 'prescriptions', 'status, created_at');
  await createTable(
    'prescription_log',
    `prescription_id CHAR(36) NOT NULL,
     version INTEGER NOT NULL,
     status VARCHAR(12) NOT NULL,
     actor_id CHAR(36) NOT NULL,
     reason_sealed TEXT NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (prescription_id, version),
     CONSTRAINT prescription_log_fk FOREIGN KEY (prescription_id) REFERENCES prescriptions (id) ON DELETE CASCADE`,
  );
};

const templates: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'phrases',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     owner_id CHAR(36) NOT NULL,
     kind VARCHAR(12) NOT NULL,
     text VARCHAR(1000) NOT NULL,
     uses INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT phrases_owner_fk FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT phrases_kind_check CHECK (kind IN ('diagnosis', 'advice', 'symptom', 'other'))`,
  );
  await createIndex('phrases_owner', 'phrases', 'owner_id, kind');
  await createTable(
    'templates',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     owner_id CHAR(36) NOT NULL,
     kind VARCHAR(12) NOT NULL,
     name VARCHAR(100) NOT NULL,
     category VARCHAR(60) NULL,
     content TEXT NOT NULL,
     uses INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT templates_name_unique UNIQUE (owner_id, kind, name),
     CONSTRAINT templates_owner_fk FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT templates_kind_check CHECK (kind IN ('prescription', 'record'))`,
  );
};

export const up: Migration = async (context) => {
  for (const part of [medicines, prescriptions, templates]) await part(context);
};

export const down: Migration = async ({ sql }) => {
  const tables = [
    'templates',
    'phrases',
    'prescription_log',
    'prescriptions',
    'medical_terms',
    'contraindications',
    'medicines',
    'sequences',
  ];
  for (const table of tables) await sql(`DROP TABLE IF EXISTS ${table}`);
};
