/** What the parts of this module share. */
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { Offerings } from '#src/offerings/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import { DAY, dateOf } from '#src/scheduling/wall-time.ts';
import { wallAt } from '#src/scheduling/zones.ts';
import type { Settings } from '#src/settings/service.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { AffectedAppointments } from './ports.ts';
import type { Schedules } from './reader.ts';

export interface SchedulingParts {
  database: Database;
  vault: Vault;
  outbox: Pick<Outbox, 'append'>;
  settings: Pick<Settings, 'get'>;
  signals: Pick<Signals, 'on'>;
  offerings: Pick<Offerings, 'active'>;
  practitioners: PractitionerLookup;
  schedules: Schedules;
  appointments: AffectedAppointments;
}

/** `YYYY-MM-DD` in a zone. */
export const dateAt = (zone: string, instant: number): string => dateOf(Math.floor(wallAt(zone, instant) / DAY));

/** Today's date at the clinic. */
export const today = ({ settings }: Pick<SchedulingParts, 'settings'>): string => dateAt(settings.get('clinic.zone'), Date.now());
