/** What has to agree with what. Each check finds the rows that do not, in one statement; what can be worked out anew is repaired. */
import { Op, QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { noteClaims } from '#src/schedules/state.ts';

export interface Check {
  readonly name: string;
  readonly description: string;
  /** Ids of what does not fit. */
  find(): Promise<string[]>;
  /** In a transaction. */
  repair?(ids: readonly string[]): Promise<void>;
}

/** Rows of one check that are looked at in one go. */
const MOST = 1_000;

const ACCOUNTS = `SELECT b.user_id AS id FROM balances b
  LEFT JOIN (SELECT user_id, SUM(amount) AS total, COUNT(*) AS entries FROM balance_transactions GROUP BY user_id) e ON e.user_id = b.user_id
  WHERE b.balance <> COALESCE(e.total, 0) OR b.entries <> COALESCE(e.entries, 0)`;
const USAGE = `SELECT u.user_id AS id FROM file_usage u
  LEFT JOIN (SELECT owner_id, SUM(bytes) AS total, COUNT(*) AS amount FROM files WHERE state <> 'deleted' GROUP BY owner_id) f ON f.owner_id = u.user_id
  WHERE u.bytes <> COALESCE(f.total, 0) OR u.files <> COALESCE(f.amount, 0)`;
const CLAIMS = `SELECT a.id AS id FROM appointments a WHERE a.status = 'cancelled' AND (
  EXISTS (SELECT 1 FROM appointment_claims c WHERE c.appointment_id = a.id) OR EXISTS (SELECT 1 FROM patient_claims p WHERE p.appointment_id = a.id))`;
const HOLDS = `SELECT a.id AS id FROM appointments a WHERE a.status = 'pending' AND a.order_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM appointment_claims c WHERE c.appointment_id = a.id)`;
const LINES = `SELECT q.appointment_id AS id FROM queue_entries q JOIN appointments a ON a.id = q.appointment_id
  WHERE q.state IN ('waiting', 'called') AND a.status IN ('cancelled', 'completed')`;
const VISITS = `SELECT c.id AS id FROM consultations c JOIN appointments a ON a.id = c.appointment_id
  WHERE a.status = 'cancelled' AND c.status = 'scheduled' AND c.cancelled_at IS NULL`;
const REFUNDED = "SELECT id FROM orders WHERE status = 'COMPLETED' AND amount > 0 AND refunded = amount";
const RETURNED = `SELECT o.id AS id FROM orders o
  LEFT JOIN (SELECT p.paid_order_id AS id, SUM(r.amount) AS total FROM refunds r JOIN payments p ON p.id = r.payment_id
    WHERE r.state = 'succeeded' AND p.paid_order_id IS NOT NULL GROUP BY p.paid_order_id) g ON g.id = o.id
  WHERE o.refunded <> COALESCE(g.total, 0)`;
const SHARES = `SELECT p.id AS id FROM payments p
  LEFT JOIN (SELECT payment_id AS id, SUM(amount) AS total FROM refunds
    WHERE state IN ('approved', 'processing', 'abnormal', 'succeeded') GROUP BY payment_id) g ON g.id = p.id
  WHERE p.claimed <> COALESCE(g.total, 0)`;
const JOBS = "SELECT id FROM outbox WHERE state = 'dead'";

export function createChecks(database: Database): Check[] {
  const { models, sequelize } = database;
  const found = (sql: string) => async () => {
    const rows = await sequelize.query<{ id: string }>(`${sql} LIMIT ${MOST}`, { type: QueryTypes.SELECT });
    return rows.map(({ id }) => id);
  };

  return [
    ...moneyChecks(database, found),
    {
      name: 'file-usage',
      description: 'What people’s files take up is the sum of their files',
      find: found(USAGE),
      async repair(ids) {
        for (const userId of ids) {
          await models.fileUsage.findByPk(userId, { lock: true });
          const own = { where: { ownerId: userId, state: ['active' as const, 'withheld' as const] } };
          const [bytes, files] = [Number((await models.files.sum('bytes', own)) ?? 0), await models.files.count(own)];
          await models.fileUsage.update({ bytes, files }, { where: { userId } });
        }
      },
    },
    {
      name: 'claims',
      description: 'Cancelled appointments hold nobody’s time',
      find: found(CLAIMS),
      async repair(ids) {
        for (const appointmentId of ids) {
          await noteClaims(database, appointmentId);
          await models.appointmentClaims.destroy({ where: { appointmentId } });
          await models.patientClaims.destroy({ where: { appointmentId } });
        }
      },
    },
    {
      name: 'holds',
      description: 'Appointments that wait for payment hold a time and have an order',
      find: found(HOLDS),
      repair: (ids) => callOff(database, ids),
    },
    {
      name: 'waiting-lines',
      description: 'Nobody waits for a visit that is over',
      find: found(LINES),
      repair: async (ids) =>
        void (await models.queueEntries.update(
          { state: 'left' },
          { where: { appointmentId: { [Op.in]: [...ids] }, state: ['waiting', 'called'] } },
        )),
    },
    { name: 'visits', description: 'Visits of cancelled appointments are called off', find: found(VISITS) },
    { name: 'jobs', description: 'No job has given up', find: found(JOBS) },
  ];
}

function moneyChecks(database: Database, found: (sql: string) => Check['find']): Check[] {
  return [
    { name: 'balances', description: 'Every balance is the sum of its ledger', find: found(ACCOUNTS) },
    {
      name: 'refunded-orders',
      description: 'Completed orders of which all was given back are refunded',
      find: found(REFUNDED),
      repair: (ids) => endRefunded(database, ids),
    },
    { name: 'refunds', description: 'What went back for every order is the sum of its refunds', find: found(RETURNED) },
    { name: 'refund-shares', description: 'What is claimed of every payment is the sum of its refunds that count', find: found(SHARES) },
  ];
}

/** Appointments that nothing would ever end. */
async function callOff({ models }: Database, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const row = await models.appointments.findByPk(id, { lock: true });
    if (row?.status !== 'pending') continue;
    await row.update({ status: 'cancelled', version: row.version + 1 });
    const { version, startsAt } = row;
    const step = { appointmentId: id, version, action: 'cancel', fromStatus: 'pending', toStatus: 'cancelled', startsAt } as const;
    await models.appointmentLog.create({ ...step, actorId: null, reason: 'no_order', requestId: null });
  }
}

/** Orders of before a service could end after its refund. */
async function endRefunded({ models }: Database, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const order = await models.orders.findByPk(id, { lock: true });
    if (order?.status !== 'COMPLETED' || order.refunded < order.amount) continue;
    await order.update({ status: 'REFUNDED', version: order.version + 1 });
    const step = { orderId: id, version: order.version, event: 'REFUND', fromStatus: 'COMPLETED', toStatus: 'REFUNDED' } as const;
    await models.orderLog.create({ ...step, actorId: null, reason: 'integrity', requestId: null });
  }
}
