/** What the parts of this module share. */
import type { Logger } from 'pino';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { Offerings } from '#src/offerings/service.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import type { Profiles } from '#src/profiles/service.ts';
import type { Settings } from '#src/settings/service.ts';
import type { AppointmentRow } from './model.ts';
import type { ScheduleReader, StaffTasks, UnpaidOrders } from './ports.ts';

export interface AppointmentParts {
  database: Database;
  vault: Vault;
  audit: Audit;
  outbox: Outbox;
  settings: Settings;
  orders: Orders;
  payments: UnpaidOrders;
  tasks: StaffTasks;
  offerings: Offerings;
  profiles: Profiles;
  practitioners: PractitionerLookup;
  schedules: ScheduleReader;
  log: Logger;
  /** Address that people open, without a slash at the end. */
  publicUrl: () => string;
}

/** What must happen with a step of an appointment, in its transaction. Throwing undoes the step. */
export interface AppointmentListener {
  confirmed?(appointment: AppointmentRow): Promise<void>;
  moved?(appointment: AppointmentRow): Promise<void>;
  cancelled?(appointment: AppointmentRow, reason: string | null): Promise<void>;
  completed?(appointment: AppointmentRow): Promise<void>;
}

/** Who acts, and why. */
export interface ActionOptions {
  /** Null: the system. */
  actorId: string | null;
  reason?: string | null | undefined;
  requestId?: string | null | undefined;
}
