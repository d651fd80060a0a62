import type { Migration } from '#src/database/migrate.ts';

export const up: Migration = async ({ createTable }) => {
  await createTable(
    'chat_messages',
    `consultation_id CHAR(36) NOT NULL,
     seq INTEGER NOT NULL,
     member_id CHAR(36) NOT NULL,
     client_message_id VARCHAR(64) NOT NULL,
     name VARCHAR(100) NOT NULL,
     role VARCHAR(16) NOT NULL,
     text TEXT NOT NULL,
     sent_at DATETIME(3) NOT NULL,
     PRIMARY KEY (consultation_id, seq),
     CONSTRAINT messages_client_id_unique UNIQUE (consultation_id, member_id, client_message_id),
     CONSTRAINT messages_consultation_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id) ON DELETE CASCADE,
     CONSTRAINT messages_member_fk FOREIGN KEY (member_id) REFERENCES consultation_members (id) ON DELETE CASCADE`,
  );
  await createTable(
    'room_snapshots',
    `room_id VARCHAR(100) NOT NULL PRIMARY KEY,
     epoch INTEGER NOT NULL,
     json MEDIUMTEXT NOT NULL,
     updated_at DATETIME(3) NOT NULL`,
  );
};

export const down: Migration = async ({ sql }) => {
  await sql('DROP TABLE IF EXISTS room_snapshots');
  await sql('DROP TABLE IF EXISTS chat_messages');
};
