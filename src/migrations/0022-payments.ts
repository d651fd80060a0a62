import type { Migration, MigrationContext } from '#src/database/migrate.ts';

const METHODS = "'balance', 'wechat', 'wechat_v2', 'alipay'";
const CHANNELS = "'wechat', 'wechat_v2', 'alipay'";

async function createPayments({ createTable, createIndex, money }: MigrationContext): Promise<void> {
  await createTable(
    'payments',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     payment_no VARCHAR(32) NOT NULL,
     order_id CHAR(36) NOT NULL,
     user_id CHAR(36) NOT NULL,
     method VARCHAR(12) NOT NULL,
     scene VARCHAR(8) NULL,
     amount ${money} NOT NULL,
     claimed ${money} NOT NULL,
     state VARCHAR(8) NOT NULL,
     failure VARCHAR(64) NULL,
     gateway_no VARCHAR(64) NULL,
     payer_action TEXT NULL,
     payer_address VARCHAR(45) NULL,
     open_key VARCHAR(60) NULL,
     paid_order_id CHAR(36) NULL,
     expires_at DATETIME(3) NOT NULL,
     paid_at DATETIME(3) NULL,
     asked_at DATETIME(3) NULL,
     reconciled_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT payments_no_unique UNIQUE (payment_no),
     CONSTRAINT payments_open_unique UNIQUE (open_key),
     CONSTRAINT payments_paid_order_unique UNIQUE (paid_order_id),
     CONSTRAINT payments_order_fk FOREIGN KEY (order_id) REFERENCES orders (id),
     CONSTRAINT payments_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT payments_method_check CHECK (method IN (${METHODS})),
     CONSTRAINT payments_state_check CHECK (state IN ('created', 'pending', 'paid', 'closed', 'failed')),
     CONSTRAINT payments_amount_check CHECK (amount > 0 AND claimed >= 0 AND claimed <= amount),
     CONSTRAINT payments_order_check CHECK (paid_order_id IS NULL OR (paid_order_id = order_id AND state = 'paid'))`,
  );
  await createIndex('payments_order', 'payments', 'order_id');
  await createIndex('payments_user', 'payments', 'user_id, created_at');
  await createIndex('payments_created', 'payments', 'created_at');
  await createIndex('payments_state', 'payments', 'state, expires_at');
}

async function createPartners({ createTable, createIndex, money }: MigrationContext): Promise<void> {
  await createTable(
    'payment_events',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     channel VARCHAR(12) NOT NULL,
     event_id VARCHAR(128) NOT NULL,
     kind VARCHAR(8) NOT NULL,
     number VARCHAR(32) NOT NULL,
     state VARCHAR(12) NOT NULL,
     amount ${money} NOT NULL,
     created_at DATETIME(3) NOT NULL,
     CONSTRAINT payment_events_unique UNIQUE (channel, event_id),
     CONSTRAINT payment_events_channel_check CHECK (channel IN (${CHANNELS})),
     CONSTRAINT payment_events_kind_check CHECK (kind IN ('payment', 'refund'))`,
  );
  await createIndex('payment_events_number', 'payment_events', 'number');
  await createTable(
    'payment_gateways',
    `channel VARCHAR(12) NOT NULL PRIMARY KEY,
     enabled TINYINT(1) NOT NULL,
     options_sealed TEXT NOT NULL,
     version INTEGER NOT NULL,
     updated_by CHAR(36) NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT payment_gateways_channel_check CHECK (channel IN (${CHANNELS}))`,
  );
}

async function createRefunds({ createTable, createIndex, money }: MigrationContext): Promise<void> {
  await createTable(
    'refunds',
    `id CHAR(36) NOT NULL PRIMARY KEY,
     refund_no VARCHAR(32) NOT NULL,
     order_id CHAR(36) NOT NULL,
     payment_id CHAR(36) NOT NULL,
     user_id CHAR(36) NOT NULL,
     origin VARCHAR(12) NOT NULL,
     amount ${money} NOT NULL,
     reason_sealed TEXT NULL,
     state VARCHAR(12) NOT NULL,
     failure VARCHAR(64) NULL,
     gateway_no VARCHAR(64) NULL,
     unique_key VARCHAR(60) NULL,
     reviewer_id CHAR(36) NULL,
     reviewed_at DATETIME(3) NULL,
     note_sealed TEXT NULL,
     refunded_at DATETIME(3) NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT refunds_no_unique UNIQUE (refund_no),
     CONSTRAINT refunds_key_unique UNIQUE (unique_key),
     CONSTRAINT refunds_order_fk FOREIGN KEY (order_id) REFERENCES orders (id),
     CONSTRAINT refunds_payment_fk FOREIGN KEY (payment_id) REFERENCES payments (id),
     CONSTRAINT refunds_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT refunds_reviewer_fk FOREIGN KEY (reviewer_id) REFERENCES users (id),
     CONSTRAINT refunds_origin_check CHECK (origin IN ('request', 'cancelled', 'surplus', 'retry')),
     CONSTRAINT refunds_state_check CHECK (state IN
       ('requested', 'withdrawn', 'rejected', 'approved', 'processing', 'succeeded', 'failed', 'abnormal')),
     CONSTRAINT refunds_reviewer_check CHECK (reviewer_id IS NULL OR reviewer_id <> user_id),
     CONSTRAINT refunds_amount_check CHECK (amount > 0)`,
  );
  await createIndex('refunds_order', 'refunds', 'order_id');
  await createIndex('refunds_payment', 'refunds', 'payment_id');
  await createIndex('refunds_user', 'refunds', 'user_id, created_at');
  await createIndex('refunds_state', 'refunds', 'state, created_at');
}

async function createBalances({ createTable, createIndex, money }: MigrationContext): Promise<void> {
  await createTable(
    'balances',
    `user_id CHAR(36) NOT NULL PRIMARY KEY,
     balance ${money} NOT NULL,
     entries INTEGER NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL,
     CONSTRAINT balances_user_fk FOREIGN KEY (user_id) REFERENCES users (id),
     CONSTRAINT balances_amount_check CHECK (balance >= 0)`,
  );
  await createTable(
    'balance_transactions',
    `user_id CHAR(36) NOT NULL,
     entry INTEGER NOT NULL,
     kind VARCHAR(12) NOT NULL,
     ref_id CHAR(36) NOT NULL,
     amount ${money} NOT NULL,
     balance_before ${money} NOT NULL,
     balance_after ${money} NOT NULL,
     note VARCHAR(300) NULL,
     actor_id CHAR(36) NULL,
     created_at DATETIME(3) NOT NULL,
     PRIMARY KEY (user_id, entry),
     CONSTRAINT balance_transactions_ref_unique UNIQUE (kind, ref_id),
     CONSTRAINT balance_transactions_balance_fk FOREIGN KEY (user_id) REFERENCES balances (user_id),
     CONSTRAINT balance_transactions_actor_fk FOREIGN KEY (actor_id) REFERENCES users (id),
     CONSTRAINT balance_transactions_kind_check CHECK (kind IN ('topup', 'payment', 'refund', 'adjustment')),
     CONSTRAINT balance_transactions_sum_check CHECK (balance_after = balance_before + amount AND balance_after >= 0 AND amount <> 0)`,
  );
  await createIndex('balance_transactions_created', 'balance_transactions', 'created_at');
}

export const up: Migration = async (context) => {
  await createPayments(context);
  await createPartners(context);
  await createRefunds(context);
  await createBalances(context);
};

export const down: Migration = async ({ sql }) => {
  const tables = ['balance_transactions', 'balances', 'refunds', 'payment_gateways', 'payment_events', 'payments'];
  for (const table of tables) await sql(`DROP TABLE IF EXISTS ${table}`);
};
