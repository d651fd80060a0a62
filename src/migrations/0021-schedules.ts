import type { Migration, MigrationContext } from '#src/database/migrate.ts';

export const up: Migration = async (context) => {
  await hours(context);
  await days(context);
  await dispatch(context);
};

/** Columns of hours that are cut into slots; closed hours leave them empty. */
const slots = (nullable: '' | 'NOT ') =>
  `slot_minutes INTEGER ${nullable}NULL,
     gap_minutes INTEGER ${nullable}NULL,
     capacity INTEGER ${nullable}NULL,
     service_type VARCHAR(50) NULL`;

async function hours({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'schedules',
    `practitioner_id CHAR(36) NOT NULL PRIMARY KEY,
     version INTEGER NOT NULL,
     claims INTEGER NOT NULL,
     CONSTRAINT schedules_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE`,
  );
  await createTable(
    'work_rules',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     practitioner_id CHAR(36) NOT NULL,
     weekday INTEGER NOT NULL,
     start_time CHAR(5) NOT NULL,
     end_time CHAR(5) NOT NULL,
     zone VARCHAR(64) NOT NULL,
     ${slots('NOT ')},
     valid_from CHAR(10) NULL,
     valid_until CHAR(10) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT work_rules_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE,
     CONSTRAINT work_rules_weekday_check CHECK (weekday BETWEEN 1 AND 7)`,
  );
  await createIndex('work_rules_of', 'work_rules', 'practitioner_id, weekday');
  await createTable(
    'work_adjustments',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     practitioner_id CHAR(36) NOT NULL,
     kind VARCHAR(8) NOT NULL,
     date CHAR(10) NOT NULL,
     start_time CHAR(5) NULL,
     end_time CHAR(5) NULL,
     zone VARCHAR(64) NOT NULL,
     ${slots('')},
     despite_holiday TINYINT(1) NOT NULL,
     note VARCHAR(200) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT work_adjustments_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE,
     CONSTRAINT work_adjustments_kind_check CHECK (kind = 'closed' OR (kind IN ('extra', 'replaced') AND start_time IS NOT NULL
       AND end_time IS NOT NULL AND slot_minutes IS NOT NULL AND gap_minutes IS NOT NULL AND capacity IS NOT NULL))`,
  );
  await createIndex('work_adjustments_of', 'work_adjustments', 'practitioner_id, date');
}

async function days({ createTable, createIndex }: MigrationContext): Promise<void> {
  const source = (table: string) => `source VARCHAR(8) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT ${table}_source_check CHECK (source IN ('own', 'national'))`;
  await createTable(
    'holidays',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     name VARCHAR(100) NOT NULL,
     from_date CHAR(10) NOT NULL,
     until_date CHAR(10) NOT NULL,
     ${source('holidays')},
     CONSTRAINT holidays_dates_unique UNIQUE (from_date, until_date),
     CONSTRAINT holidays_dates_check CHECK (until_date >= from_date)`,
  );
  await createTable(
    'makeup_days',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     name VARCHAR(100) NOT NULL,
     date CHAR(10) NOT NULL,
     as_weekday INTEGER NOT NULL,
     ${source('makeup_days')},
     CONSTRAINT makeup_days_date_unique UNIQUE (date),
     CONSTRAINT makeup_days_weekday_check CHECK (as_weekday BETWEEN 1 AND 7)`,
  );
  await createTable(
    'leaves',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     practitioner_id CHAR(36) NOT NULL,
     kind VARCHAR(12) NOT NULL,
     starts_at DATETIME(3) NOT NULL,
     ends_at DATETIME(3) NOT NULL,
     reason_sealed TEXT NULL,
     state VARCHAR(12) NOT NULL,
     decided_by CHAR(36) NULL,
     decided_at DATETIME(3) NULL,
     decision_note VARCHAR(300) NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT leaves_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id) ON DELETE CASCADE,
     CONSTRAINT leaves_decided_by_fk FOREIGN KEY (decided_by) REFERENCES users (id),
     CONSTRAINT leaves_kind_check CHECK (kind IN ('annual', 'sick', 'training', 'other')),
     CONSTRAINT leaves_state_check CHECK (state IN ('requested', 'approved', 'rejected', 'withdrawn')),
     CONSTRAINT leaves_time_check CHECK (ends_at > starts_at)`,
  );
  await createIndex('leaves_of', 'leaves', 'practitioner_id, state, ends_at');
  await createIndex('leaves_state', 'leaves', 'state, starts_at');
}

async function dispatch({ createTable, createIndex }: MigrationContext): Promise<void> {
  await createTable(
    'dispatches',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     staff_id CHAR(36) NOT NULL,
     appointment_id CHAR(36) NULL,
     starts_at DATETIME(3) NOT NULL,
     duration_minutes INTEGER NOT NULL,
     location_sealed TEXT NULL,
     notes_sealed TEXT NULL,
     state VARCHAR(12) NOT NULL,
     created_by CHAR(36) NOT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT dispatches_staff_fk FOREIGN KEY (staff_id) REFERENCES users (id),
     CONSTRAINT dispatches_creator_fk FOREIGN KEY (created_by) REFERENCES users (id),
     CONSTRAINT dispatches_appointment_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id),
     CONSTRAINT dispatches_length_check CHECK (duration_minutes BETWEEN 1 AND 1440),
     CONSTRAINT dispatches_state_check CHECK (state IN ('planned', 'done', 'cancelled'))`,
  );
  await createIndex('dispatches_staff', 'dispatches', 'staff_id, starts_at');
  await createIndex('dispatches_starts', 'dispatches', 'starts_at');
  await createTable(
    'dispatch_claims',
    `staff_id CHAR(36) NOT NULL,
     cell INTEGER NOT NULL,
     dispatch_id CHAR(36) NOT NULL,
     PRIMARY KEY (staff_id, cell),
     CONSTRAINT dispatch_claims_fk FOREIGN KEY (dispatch_id) REFERENCES dispatches (id) ON DELETE CASCADE`,
  );
  await createIndex('dispatch_claims_of', 'dispatch_claims', 'dispatch_id');
}

const tables = ['dispatch_claims', 'dispatches', 'leaves', 'makeup_days', 'holidays', 'work_adjustments', 'work_rules', 'schedules'];

export const down: Migration = async ({ sql }) => {
  for (const table of tables) await sql(`DROP TABLE IF EXISTS ${table}`);
};
