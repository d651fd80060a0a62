/**
 * Parameters that administrators change while the server runs (CFG-01): type, default, and whether it is a secret. What a process
 * needs in order to start is in `config/` instead. A module that needs a parameter adds its line here.
 */
import { z } from 'zod';

interface Declaration {
  readonly schema: z.ZodType;
  readonly fallback: unknown;
  readonly group: 'system' | 'business' | 'partner';
  readonly description: string;
  /** Sealed in the database, never answered. */
  readonly secret?: true;
}

const zone = z.string().refine((name) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC', 'is no time zone');
const minutes = (min: number, max: number) => z.int().min(min).max(max);

export const settingDeclarations = {
  'clinic.name': {
    schema: z.string().trim().min(1).max(60),
    fallback: '问诊 Wenzhen',
    group: 'system',
    description: 'Name of the clinic on documents and in messages',
  },
  'clinic.zone': { schema: zone, fallback: 'Asia/Shanghai', group: 'system', description: 'Time zone of business days' },
  'appointments.holdMinutes': {
    schema: minutes(1, 1_440),
    fallback: 15,
    group: 'business',
    description: 'Minutes that a place is held for a payment',
  },
  'appointments.minNoticeMinutes': {
    schema: minutes(0, 10_080),
    fallback: 30,
    group: 'business',
    description: 'Minutes before its start until which a place can be booked',
  },
  'appointments.maxDaysAhead': {
    schema: z.int().min(1).max(365),
    fallback: 60,
    group: 'business',
    description: 'How many days ahead can be booked',
  },
  'appointments.cancelNoticeMinutes': {
    schema: minutes(0, 10_080),
    fallback: 120,
    group: 'business',
    description: 'Minutes before its start until which a patient can cancel or move a visit',
  },
  'appointments.reminderMinutes': {
    schema: minutes(5, 10_080),
    fallback: 60,
    group: 'business',
    description: 'Minutes before its start at which a reminder goes out',
  },
  'appointments.perPatientHolds': {
    schema: z.int().min(1).max(20),
    fallback: 3,
    group: 'business',
    description: 'Unpaid places that one patient may hold',
  },
  'appointments.moveWithinDays': {
    schema: z.int().min(1).max(60),
    fallback: 14,
    group: 'business',
    description: 'Days within which an appointment that leave or a holiday pushes aside finds another time; else it is called off',
  },
  'files.quotaMegabytes': {
    schema: z.int().min(1).max(1_000_000),
    fallback: 500,
    group: 'system',
    description: 'Megabytes of files that one person may keep',
  },
  'recordings.enabled': {
    schema: z.boolean(),
    fallback: false,
    group: 'business',
    description: 'Whether visits may be recorded, with the consent of everybody present',
  },
  'recordings.keepPieces': {
    schema: z.boolean(),
    fallback: false,
    group: 'system',
    description: 'Whether the separate tracks of a recording are kept once its film is made',
  },
  'privacy.erasureDays': {
    schema: z.int().min(0).max(15),
    fallback: 7,
    group: 'business',
    description: 'Days in which somebody can take back that they want to be erased',
  },
  'privacy.copyDays': {
    schema: z.int().min(1).max(30),
    fallback: 7,
    group: 'business',
    description: 'Days in which the copy of one’s own data can be fetched',
  },
  'orders.refundDays': {
    schema: z.int().min(0).max(365),
    fallback: 30,
    group: 'business',
    description: 'Days after completion in which a refund can be asked for',
  },
} as const satisfies Record<string, Declaration>;

export type SettingKey = keyof typeof settingDeclarations;
export type SettingValue<K extends SettingKey> = z.infer<(typeof settingDeclarations)[K]['schema']>;
export const settingKeys = Object.keys(settingDeclarations) as SettingKey[];
export const declarationOf = (key: SettingKey): Declaration => settingDeclarations[key];
