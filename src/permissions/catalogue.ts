/**
 * Every permission of the system with what it allows, and the roles that come with it. Routes, socket events and menus name
 * permissions, never roles. Administrators may change what a role holds; what is new here reaches the built-in roles at the
 * next start (`roles.ts`), and what they took away stays away.
 *
 * A name is `things:verb`. It opens the caller's own rows only; `things:verb-all` opens everybody's.
 */

const patient = ['patient'] as const;
const practitioners = ['doctor', 'counselor'] as const;
const staff = ['service_staff'] as const;

interface Declaration {
  readonly description: string;
  /** Built-in roles that hold it; the administrator holds everything. */
  readonly roles: readonly BuiltinRole[];
}

/** Key → name in Chinese and English. */
export const builtinRoles = {
  administrator: { zh: '管理员', en: 'Administrator' },
  doctor: { zh: '医生', en: 'Doctor' },
  counselor: { zh: '咨询师', en: 'Counselor' },
  pharmacist: { zh: '药师', en: 'Pharmacist' },
  patient: { zh: '患者', en: 'Patient' },
  streamer: { zh: '主播', en: 'Streamer' },
  service_staff: { zh: '客服', en: 'Service staff' },
} as const;
export type BuiltinRole = keyof typeof builtinRoles;

const declare = <T extends Record<string, Declaration>>(declarations: T): T => declarations;

export const permissions = declare({
  'consultations:read': { description: 'See own visits', roles: [...patient, ...practitioners] },
  'consultations:lead': { description: 'Book, open, end and cancel own visits as their practitioner', roles: practitioners },
  'consultations:read-all': { description: 'See every visit', roles: [] },
  'recordings:make': {
    description: 'Record own visits with the consent of everybody present, delete recordings of them',
    roles: practitioners,
  },
  'recordings:manage': { description: 'See and delete every recording', roles: [] },
  'users:find': { description: 'Find people by name to plan a visit with', roles: practitioners },

  'users:read-all': { description: 'See and search every user', roles: staff },
  'users:manage': { description: 'Create, change, enable, disable, lock and delete users', roles: [] },
  'users:export': { description: 'Export users', roles: [] },
  'users:unmask': { description: 'See personal data of others in full', roles: [] },
  'roles:manage': { description: 'Change roles, their permissions, and menus', roles: [] },

  'departments:manage': { description: 'Change departments and hospitals', roles: [] },
  'practitioners:apply': { description: 'Keep an own practitioner profile and hand it in for review', roles: practitioners },
  'practitioners:manage': { description: 'Change every practitioner profile', roles: [] },
  'practitioners:review': { description: 'Review qualifications', roles: [] },

  'profiles:own': { description: 'Keep own visit profiles and health profile', roles: patient },
  'patients:read': { description: 'See own patients', roles: practitioners },
  'patients:read-all': { description: 'See every patient', roles: [] },
  'records:read': { description: 'Read own medical records, or those of own patients', roles: [...patient, ...practitioners] },
  'records:read-all': { description: 'Read every medical record', roles: [] },
  'records:write': { description: 'Write medical records of own patients', roles: practitioners },
  'inpatients:manage': { description: 'Admit, move and discharge inpatients', roles: practitioners },

  'schedules:own': { description: 'Change own working hours and ask for leave', roles: practitioners },
  'schedules:manage': { description: 'Change everybody’s working hours, holidays and leave', roles: staff },
  'appointments:book': { description: 'Book, move and cancel own appointments', roles: patient },
  'appointments:read': { description: 'See own appointments', roles: [...patient, ...practitioners] },
  'appointments:serve': { description: 'Confirm, start, complete and cancel appointments with oneself', roles: practitioners },
  'appointments:manage': { description: 'See and change every appointment', roles: staff },
  'queues:own': { description: 'Wait in a queue, or call from an own one', roles: [...patient, ...practitioners] },

  'medicines:read': { description: 'See medicines and contraindications', roles: ['doctor', 'pharmacist'] },
  'medicines:manage': { description: 'Change medicines and contraindications', roles: ['pharmacist'] },
  'prescriptions:write': { description: 'Prescribe for own patients', roles: ['doctor'] },
  'prescriptions:read': { description: 'See own prescriptions', roles: [...patient, 'doctor', 'pharmacist'] },
  'prescriptions:review': { description: 'See and review every prescription', roles: ['pharmacist'] },
  'templates:own': { description: 'Keep own phrases and templates', roles: practitioners },
  'reviews:write': { description: 'Rate own completed visits', roles: patient },
  'reviews:reply': { description: 'Reply to reviews of oneself', roles: practitioners },
  'reviews:manage': { description: 'Hide and show reviews, keep their tags', roles: staff },

  'orders:own': { description: 'See and pay own orders, ask for refunds', roles: patient },
  'orders:read-all': { description: 'See every order and payment', roles: staff },
  'refunds:review': { description: 'Decide about refunds', roles: [] },
  'balances:manage': { description: 'Top up and adjust balances', roles: [] },
  'prices:manage': { description: 'Change prices and services', roles: [] },
  'gateways:manage': { description: 'Configure payment gateways', roles: [] },

  'notifications:send': { description: 'Send announcements and see message logs', roles: staff },
  'messages:manage': { description: 'Change the words of messages, send failed ones again', roles: [] },
  'files:own': {
    description: 'Upload, see and delete own files',
    roles: [...patient, ...practitioners, 'pharmacist', 'streamer', ...staff],
  },
  'files:manage': { description: 'See and delete every file', roles: [] },
  'api-keys:manage': { description: 'Make and revoke keys with which other programs act for people', roles: [] },
  'cluster:manage': { description: 'See nodes, open rooms and queues, drain nodes, move rooms', roles: [] },
  'settings:manage': { description: 'Change the configuration', roles: [] },
  'logs:read': { description: 'Read operation, login and security logs', roles: [] },
  'statistics:own': { description: 'See figures of one’s own work', roles: practitioners },
  'statistics:read-all': { description: 'See all figures', roles: [] },
  'data:erase': { description: 'Export and erase a patient’s data', roles: [] },
});

export type Permission = keyof typeof permissions;
export const permissionNames = Object.keys(permissions) as Permission[];
