import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'queue_entries',
    `appointment_id CHAR(36) NOT NULL PRIMARY KEY,
     practitioner_id CHAR(36) NOT NULL,
     user_id CHAR(36) NOT NULL,
     state VARCHAR(8) NOT NULL,
     priority INTEGER NOT NULL,
     arrival INTEGER NOT NULL,
     joined_at DATETIME(3) NOT NULL,
     called_at DATETIME(3) NULL,
     CONSTRAINT queue_entries_appointment_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE,
     CONSTRAINT queue_entries_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id),
     CONSTRAINT queue_entries_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT queue_entries_state_check CHECK (state IN ('waiting', 'called', 'left'))`,
  );
  await createIndex('queue_entries_line', 'queue_entries', 'practitioner_id, state, priority, arrival');
  await createIndex('queue_entries_user', 'queue_entries', 'user_id, state');
  await createTable(
    'review_tags',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     name VARCHAR(40) NOT NULL,
     enabled TINYINT(1) NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT review_tags_name_unique UNIQUE (name)`,
  );
  await createTable(
    'reviews',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     appointment_id CHAR(36) NOT NULL,
     practitioner_id CHAR(36) NOT NULL,
     user_id CHAR(36) NOT NULL,
     rating INTEGER NOT NULL,
     text VARCHAR(2000) NOT NULL,
     hidden TINYINT(1) NOT NULL,
     reply VARCHAR(2000) NULL,
     replied_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT reviews_appointment_unique UNIQUE (appointment_id),
     CONSTRAINT reviews_appointment_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id),
     CONSTRAINT reviews_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id),
     CONSTRAINT reviews_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT reviews_rating_check CHECK (rating BETWEEN 1 AND 5)`,
  );
  await createIndex('reviews_practitioner', 'reviews', 'practitioner_id, hidden, created_at');
  await createTable(
    'review_tag_choices',
    `review_id CHAR(36) NOT NULL,
     tag_id CHAR(36) NOT NULL,
     PRIMARY KEY (review_id, tag_id),
     CONSTRAINT review_tag_choices_review_fk FOREIGN KEY (review_id) REFERENCES reviews (id) ON DELETE CASCADE,
     CONSTRAINT review_tag_choices_tag_fk FOREIGN KEY (tag_id) REFERENCES review_tags (id)`,
  );
};

export const down: Migration = async ({ sql }) => {
  for (const table of ['review_tag_choices', 'reviews', 'review_tags', 'queue_entries']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
