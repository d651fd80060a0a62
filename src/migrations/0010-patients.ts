import type { Migration, MigrationContext } from '#src/database/migrate.ts';

export const up: Migration = async (context) => {
  await profiles(context);
  await records(context);
  await inpatients(context);
  await admissions(context);
};

async function profiles({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'visit_profiles',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     name VARCHAR(100) NOT NULL,
     relationship VARCHAR(8) NOT NULL,
     id_number_sealed VARCHAR(255) NULL,
     id_number_index CHAR(64) NULL,
     phone_sealed VARCHAR(255) NULL,
     birth_date CHAR(10) NULL,
     sex VARCHAR(8) NOT NULL,
     default_key CHAR(36) NULL,
     deleted_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT visit_profiles_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT visit_profiles_default_unique UNIQUE (default_key),
     CONSTRAINT visit_profiles_id_number_unique UNIQUE (user_id, id_number_index),
     CONSTRAINT visit_profiles_default_check CHECK (default_key IS NULL OR (default_key = user_id AND deleted_at IS NULL)),
     CONSTRAINT visit_profiles_relationship_check CHECK (relationship IN ('self', 'family', 'friend', 'other')),
     CONSTRAINT visit_profiles_sex_check CHECK (sex IN ('male', 'female', 'unknown'))`,
  );
  await createTable(
    'health_profiles',
    `user_id CHAR(36) NOT NULL PRIMARY KEY,
     blood_type VARCHAR(2) NULL,
     height DECIMAL(5,2) NULL,
     weight DECIMAL(5,2) NULL,
     bmi DECIMAL(4,2) NULL,
     has_allergy TINYINT(1) NOT NULL,
     details_sealed TEXT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT health_profiles_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT health_profiles_blood_check CHECK (blood_type IN ('A', 'B', 'AB', 'O'))`,
  );
  await createTable(
    'user_health_tags',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     user_id CHAR(36) NOT NULL,
     tag_index CHAR(64) NOT NULL,
     tag_sealed VARCHAR(500) NOT NULL,
     CONSTRAINT user_health_tags_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT user_health_tags_unique UNIQUE (user_id, tag_index)`,
  );
  await createIndex('user_health_tags_tag', 'user_health_tags', 'tag_index, user_id');
}

async function records({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'medical_records',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     patient_user_id CHAR(36) NOT NULL,
     profile_id CHAR(36) NULL,
     author_user_id CHAR(36) NOT NULL,
     practitioner_id CHAR(36) NULL,
     consultation_id CHAR(36) NULL,
     appointment_id CHAR(36) NULL,
     kind VARCHAR(12) NOT NULL,
     visited_at DATETIME(3) NOT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT medical_records_patient_fk FOREIGN KEY (patient_user_id) REFERENCES users (id),
     CONSTRAINT medical_records_profile_fk FOREIGN KEY (profile_id) REFERENCES visit_profiles (id),
     CONSTRAINT medical_records_author_fk FOREIGN KEY (author_user_id) REFERENCES users (id),
     CONSTRAINT medical_records_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id),
     CONSTRAINT medical_records_consultation_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id),
     CONSTRAINT medical_records_kind_check CHECK (kind IN ('outpatient', 'online', 'inpatient', 'follow_up', 'counseling'))`,
  );
  await createIndex('medical_records_patient', 'medical_records', 'patient_user_id, visited_at');
  await createIndex('medical_records_author', 'medical_records', 'author_user_id, patient_user_id');
  // What was written is kept for ever: a record is the newest of its versions.
  await createTable(
    'medical_record_versions',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     record_id CHAR(36) NOT NULL,
     version INTEGER NOT NULL,
     content_sealed MEDIUMTEXT NOT NULL,
     author_user_id CHAR(36) NOT NULL,
     reason_sealed TEXT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT medical_record_versions_unique UNIQUE (record_id, version),
     CONSTRAINT medical_record_versions_record_fk FOREIGN KEY (record_id) REFERENCES medical_records (id),
     CONSTRAINT medical_record_versions_author_fk FOREIGN KEY (author_user_id) REFERENCES users (id)`,
  );
  await createTable(
    'medical_record_attachments',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     record_id CHAR(36) NOT NULL,
     file_id CHAR(36) NOT NULL,
     kind VARCHAR(12) NOT NULL,
     name VARCHAR(200) NOT NULL,
     added_by CHAR(36) NOT NULL,
     removed_at DATETIME(3) NULL,
     removed_by CHAR(36) NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT medical_record_attachments_file_unique UNIQUE (file_id),
     CONSTRAINT medical_record_attachments_record_fk FOREIGN KEY (record_id) REFERENCES medical_records (id),
     CONSTRAINT medical_record_attachments_by_fk FOREIGN KEY (added_by) REFERENCES users (id),
     CONSTRAINT medical_record_attachments_kind_check CHECK (kind IN ('pdf', 'imaging', 'image', 'other'))`,
  );
  await createIndex('medical_record_attachments_of', 'medical_record_attachments', 'record_id, id');
}

async function inpatients({ createTable }: MigrationContext): Promise<void> {
  await createTable(
    'wards',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     code VARCHAR(40) NOT NULL,
     name VARCHAR(100) NOT NULL,
     department_id CHAR(36) NULL,
     enabled TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT wards_code_unique UNIQUE (code),
     CONSTRAINT wards_department_fk FOREIGN KEY (department_id) REFERENCES departments (id)`,
  );
  await createTable(
    'beds',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     ward_id CHAR(36) NOT NULL,
     label VARCHAR(20) NOT NULL,
     enabled TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT beds_label_unique UNIQUE (ward_id, label),
     CONSTRAINT beds_ward_fk FOREIGN KEY (ward_id) REFERENCES wards (id)`,
  );
  // The two keys are set while the admission lasts: one patient a bed, one bed a patient.
}

async function admissions({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'admissions',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     admission_no VARCHAR(24) NOT NULL,
     patient_user_id CHAR(36) NOT NULL,
     profile_id CHAR(36) NULL,
     bed_id CHAR(36) NOT NULL,
     active_bed_key CHAR(36) NULL,
     active_patient_key CHAR(36) NULL,
     attending_id CHAR(36) NOT NULL,
     state VARCHAR(12) NOT NULL,
     admitted_at DATETIME(3) NOT NULL,
     discharged_at DATETIME(3) NULL,
     notes_sealed TEXT NOT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT admissions_no_unique UNIQUE (admission_no),
     CONSTRAINT admissions_bed_unique UNIQUE (active_bed_key),
     CONSTRAINT admissions_patient_unique UNIQUE (active_patient_key),
     CONSTRAINT admissions_patient_fk FOREIGN KEY (patient_user_id) REFERENCES users (id),
     CONSTRAINT admissions_profile_fk FOREIGN KEY (profile_id) REFERENCES visit_profiles (id),
     CONSTRAINT admissions_bed_fk FOREIGN KEY (bed_id) REFERENCES beds (id),
     CONSTRAINT admissions_attending_fk FOREIGN KEY (attending_id) REFERENCES practitioners (id),
     CONSTRAINT admissions_state_check CHECK (state IN ('admitted', 'discharged')),
     CONSTRAINT admissions_active_check CHECK ((state = 'admitted' AND active_bed_key = bed_id AND active_patient_key IS NOT NULL)
       OR (state = 'discharged' AND active_bed_key IS NULL AND active_patient_key IS NULL AND discharged_at IS NOT NULL))`,
  );
  await createIndex('admissions_patient', 'admissions', 'patient_user_id, admitted_at');
  await createIndex('admissions_attending', 'admissions', 'attending_id, state, admitted_at');
  await createTable(
    'admission_log',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     admission_id CHAR(36) NOT NULL,
     action VARCHAR(12) NOT NULL,
     bed_id CHAR(36) NOT NULL,
     attending_id CHAR(36) NOT NULL,
     actor_id CHAR(36) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT admission_log_admission_fk FOREIGN KEY (admission_id) REFERENCES admissions (id),
     CONSTRAINT admission_log_actor_fk FOREIGN KEY (actor_id) REFERENCES users (id),
     CONSTRAINT admission_log_action_check CHECK (action IN ('admitted', 'moved', 'handed_over', 'discharged'))`,
  );
  await createIndex('admission_log_of', 'admission_log', 'admission_id, id');
}

export const down: Migration = async ({ sql }) => {
  const inpatientTables = ['admission_log', 'admissions', 'beds', 'wards'];
  const recordTables = ['medical_record_attachments', 'medical_record_versions', 'medical_records'];
  for (const table of [...inpatientTables, ...recordTables, 'user_health_tags', 'health_profiles', 'visit_profiles'])
    await sql(`DROP TABLE IF EXISTS ${table}`);
};
