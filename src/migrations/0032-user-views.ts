/** How often people opened something, by day of the clinic (USR-08). */
import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable, createIndex }) => {
  await createTable(
    'user_views',
    `user_id CHAR(36) NOT NULL,
     day_began_at DATETIME(3) NOT NULL,
     views INTEGER NOT NULL,
     PRIMARY KEY (user_id, day_began_at),
     CONSTRAINT user_views_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
     CONSTRAINT user_views_check CHECK (views > 0)`,
  );
  await createIndex('user_views_day', 'user_views', 'day_began_at');
};

export const down: Migration = async ({ sql }) => {
  await sql('DROP TABLE IF EXISTS user_views');
};
