/** Reviews of visits that were planned directly and of orders, besides those of appointments (VID-05, REV-06). */
import type { Migration } from '#src/database/migrate.ts';

/** Exactly one of them. */
const ONE = `(CASE WHEN appointment_id IS NULL THEN 0 ELSE 1 END + CASE WHEN consultation_id IS NULL THEN 0 ELSE 1 END
  + CASE WHEN order_id IS NULL THEN 0 ELSE 1 END) = 1`;
const ADDED = { consultation_id: 'CHAR(36) NULL', order_id: 'CHAR(36) NULL', service_id: 'CHAR(36) NULL' };
const KEPT = [
  'id',
  'appointment_id',
  'practitioner_id',
  'user_id',
  'rating',
  'text',
  'hidden',
  'reply',
  'replied_at',
  'created_at',
  'updated_at',
];

const body = (nullable: 'NULL' | 'NOT NULL', more: readonly string[]) => `id CHAR(36) NOT NULL PRIMARY KEY,
     appointment_id CHAR(36) ${nullable},
     practitioner_id CHAR(36) ${nullable},
     user_id CHAR(36) NOT NULL,
     rating INTEGER NOT NULL,
     text VARCHAR(2000) NOT NULL,
     hidden TINYINT(1) NOT NULL,
     reply VARCHAR(2000) NULL,
     replied_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     ${more.map((line) => `${line},\n     `).join('')}CONSTRAINT reviews_appointment_unique UNIQUE (appointment_id),
     CONSTRAINT reviews_appointment_fk FOREIGN KEY (appointment_id) REFERENCES appointments (id),
     CONSTRAINT reviews_practitioner_fk FOREIGN KEY (practitioner_id) REFERENCES practitioners (id),
     CONSTRAINT reviews_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT reviews_rating_check CHECK (rating BETWEEN 1 AND 5)`;

const constraints = [
  'CONSTRAINT reviews_consultation_unique UNIQUE (consultation_id)',
  'CONSTRAINT reviews_order_unique UNIQUE (order_id)',
  'CONSTRAINT reviews_consultation_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id)',
  'CONSTRAINT reviews_order_fk FOREIGN KEY (order_id) REFERENCES orders (id)',
  'CONSTRAINT reviews_service_fk FOREIGN KEY (service_id) REFERENCES services (id)',
  `CONSTRAINT reviews_subject_check CHECK (${ONE})`,
];
const same = (columns: readonly string[]) => Object.fromEntries(columns.map((column) => [column, column]));
const serviceOf = '(SELECT a.service_id FROM appointments a WHERE a.id = reviews.appointment_id)';

export const up: Migration = async ({ dialect, hasColumn, replaceTable, sql, createIndex }) => {
  if (!(await hasColumn('reviews', 'service_id'))) {
    const columns = Object.entries(ADDED).map(([name, type]) => `${name} ${type}`);
    if (dialect === 'sqlite') {
      await replaceTable('reviews', body('NULL', [...columns, ...constraints]), { ...same(KEPT), service_id: serviceOf });
    } else {
      // One statement is all or nothing.
      await sql(`ALTER TABLE reviews MODIFY appointment_id CHAR(36) NULL, MODIFY practitioner_id CHAR(36) NULL,
        ${[...columns.map((column) => `ADD COLUMN ${column}`), ...constraints.map((line) => `ADD ${line}`)].join(', ')}`);
    }
  }
  if (dialect === 'mysql')
    await sql(`UPDATE reviews SET service_id = ${serviceOf} WHERE service_id IS NULL AND appointment_id IS NOT NULL`);
  await createIndex('reviews_service', 'reviews', 'service_id, hidden, created_at');
  await createIndex('reviews_user', 'reviews', 'user_id, created_at');
};

/** Reviews of what the older form cannot name are gone. */
export const down: Migration = async ({ dialect, hasColumn, replaceTable, sql }) => {
  if (!(await hasColumn('reviews', 'service_id'))) return;
  const lost = 'SELECT id FROM reviews WHERE appointment_id IS NULL OR practitioner_id IS NULL';
  await sql(`DELETE FROM review_tag_choices WHERE review_id IN (${lost})`);
  await sql('DELETE FROM reviews WHERE appointment_id IS NULL OR practitioner_id IS NULL');
  if (dialect === 'sqlite') return replaceTable('reviews', body('NOT NULL', []), same(KEPT));
  const drops = ['consultation', 'order', 'service'].map((name) => `DROP FOREIGN KEY reviews_${name}_fk`);
  const indexes = ['reviews_consultation_unique', 'reviews_order_unique', 'reviews_service'].map((name) => `DROP INDEX ${name}`);
  await sql(`ALTER TABLE reviews ${[...drops, 'DROP CONSTRAINT reviews_subject_check', ...indexes].join(', ')}`);
  await sql(
    `ALTER TABLE reviews ${Object.keys(ADDED)
      .map((name) => `DROP COLUMN ${name}`)
      .join(', ')}, MODIFY appointment_id CHAR(36) NOT NULL, MODIFY practitioner_id CHAR(36) NOT NULL`,
  );
};
