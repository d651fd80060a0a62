/** Which permissions belong together on a page: by the things that they are about. */
import type { permissions } from '../texts/permissions.zh.ts';

export type PermissionGroup = keyof (typeof permissions)['groups'];
export type PermissionText = keyof (typeof permissions)['names'];

const THINGS: Record<PermissionGroup, readonly string[]> = {
  visits: ['consultations', 'recordings', 'queues'],
  schedule: ['schedules', 'appointments'],
  patients: ['profiles', 'patients', 'records', 'inpatients', 'data'],
  pharmacy: ['medicines', 'prescriptions', 'templates'],
  clinic: ['departments', 'practitioners', 'reviews', 'statistics'],
  money: ['orders', 'refunds', 'balances', 'prices', 'gateways'],
  people: ['users', 'roles'],
  system: ['notifications', 'messages', 'api-keys', 'files', 'settings', 'cluster', 'logs'],
};

/** Permissions by group; what no group knows goes to the last. */
export function grouped(names: readonly string[]): { group: PermissionGroup; names: string[] }[] {
  const groups = Object.keys(THINGS) as PermissionGroup[];
  const groupOf = (name: string) => groups.find((group) => THINGS[group].includes(name.slice(0, name.indexOf(':')))) ?? 'system';
  const found = Map.groupBy(names, groupOf);
  return groups.map((group) => ({ group, names: found.get(group) ?? [] })).filter((one) => one.names.length > 0);
}

/** The key of a permission's words; a test holds that there are some for each. */
export const textKeyOf = (name: string): PermissionText => name.replaceAll(/[:-]/g, '_') as PermissionText;
