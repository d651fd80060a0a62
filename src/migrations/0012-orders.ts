import type { Migration } from '#src/database/migrate.ts';

const STATES = "'PENDING', 'PAID', 'CONFIRMED', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED', 'REFUNDED'";

export const up: Migration = async ({ createTable, createIndex, money }) => {
  await createTable(
    'orders',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     order_no VARCHAR(32) NOT NULL,
     user_id CHAR(36) NOT NULL,
     type VARCHAR(16) NOT NULL,
     status VARCHAR(16) NOT NULL,
     amount ${money} NOT NULL,
     refunded ${money} NOT NULL,
     expires_at DATETIME(3) NULL,
     paid_at DATETIME(3) NULL,
     payment_no VARCHAR(64) NULL,
     contact_sealed TEXT NULL,
     service_info TEXT NOT NULL,
     version INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT orders_no_unique UNIQUE (order_no),
     CONSTRAINT orders_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT orders_type_check CHECK (type IN ('service', 'consultation', 'course', 'drug')),
     CONSTRAINT orders_status_check CHECK (status IN (${STATES})),
     CONSTRAINT orders_amount_check CHECK (amount >= 0 AND refunded >= 0 AND refunded <= amount)`,
  );
  await createIndex('orders_user', 'orders', 'user_id, created_at');
  await createIndex('orders_user_status', 'orders', 'user_id, status');
  await createIndex('orders_status', 'orders', 'status, created_at');
  await createTable(
    'order_items',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     order_id CHAR(36) NOT NULL,
     kind VARCHAR(16) NOT NULL,
     ref_id CHAR(36) NOT NULL,
     title VARCHAR(200) NOT NULL,
     unit_price ${money} NOT NULL,
     quantity INTEGER NOT NULL,
     amount ${money} NOT NULL,
     CONSTRAINT order_items_order_fk FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
     CONSTRAINT order_items_kind_check CHECK (kind IN ('service', 'consultation', 'course', 'drug')),
     CONSTRAINT order_items_quantity_check CHECK (quantity > 0)`,
  );
  await createIndex('order_items_order', 'order_items', 'order_id');
  await createIndex('order_items_ref', 'order_items', 'ref_id');
  await createTable(
    'order_log',
    `order_id CHAR(36) NOT NULL,
     version INTEGER NOT NULL,
     event VARCHAR(20) NOT NULL,
     from_status VARCHAR(16) NULL,
     to_status VARCHAR(16) NOT NULL,
     actor_id CHAR(36) NULL,
     reason VARCHAR(300) NULL,
     request_id VARCHAR(64) NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (order_id, version),
     CONSTRAINT order_log_order_fk FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE`,
  );
};

export const down: Migration = async ({ sql }) => {
  for (const table of ['order_log', 'order_items', 'orders']) await sql(`DROP TABLE IF EXISTS ${table}`);
};
