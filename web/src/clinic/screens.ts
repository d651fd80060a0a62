/** Every screen of the clinic: its address, who may see it, its texts and its code. `docs/web.md` tells how to add one. */
import type { ComponentType } from 'react';
import { administrationScreens } from './administration-screens.ts';
import type { Area } from './texts/areas.ts';
import type { shell } from './texts/shell.zh.ts';

export interface ScreenProps {
  /** What stands in the place of `:name` in the path. */
  params: Readonly<Record<string, string>>;
}

export interface ScreenDefinition {
  /** Below `/clinic`; `:name` fits anything. Screens above it in the address become its breadcrumbs. */
  path: string;
  /** Its name in menu, breadcrumbs and title: a key of `screens` in the texts of the shell. */
  name: keyof (typeof shell)['screens'];
  /** What the caller must hold, one of several; see `access.ts`. Null: being signed in is enough. */
  permission: string | readonly string[] | null;
  areas: readonly Area[];
  load(): Promise<{ default: ComponentType<ScreenProps> }>;
}

export const screens: readonly ScreenDefinition[] = [
  {
    path: '/visits',
    name: 'visits',
    permission: 'consultations:read',
    areas: ['visits'],
    load: () => import('./screens/visits-screen.tsx'),
  },
  {
    path: '/visits/new',
    name: 'newVisit',
    permission: 'consultations:lead',
    areas: ['visits'],
    load: () => import('./screens/new-visit-screen.tsx'),
  },
  {
    path: '/visits/:id',
    name: 'visit',
    permission: 'consultations:read',
    areas: ['visits', 'booking'],
    load: () => import('./screens/visit-detail-screen.tsx'),
  },
  { path: '/book', name: 'book', permission: 'appointments:book', areas: ['booking'], load: () => import('./screens/find-screen.tsx') },
  {
    path: '/book/:id',
    name: 'bookTime',
    permission: 'appointments:book',
    areas: ['booking', 'practice'],
    load: () => import('./screens/book-screen.tsx'),
  },
  {
    path: '/appointments',
    name: 'appointments',
    permission: 'appointments:read',
    areas: ['booking'],
    load: () => import('./screens/appointments-screen.tsx'),
  },
  {
    path: '/appointments/:id',
    name: 'appointment',
    permission: ['appointments:read', 'appointments:manage'],
    areas: ['booking'],
    load: () => import('./screens/appointment-detail-screen.tsx'),
  },
  {
    path: '/appointments/:id/move',
    name: 'move',
    permission: ['appointments:book', 'appointments:manage'],
    areas: ['booking'],
    load: () => import('./screens/move-screen.tsx'),
  },
  { path: '/orders', name: 'orders', permission: 'orders:own', areas: ['booking'], load: () => import('./screens/orders-screen.tsx') },
  {
    path: '/orders/:id',
    name: 'order',
    permission: ['orders:own', 'orders:read-all'],
    areas: ['booking'],
    load: () => import('./screens/order-screen.tsx'),
  },
  {
    path: '/queue',
    name: 'queue',
    permission: 'queues:own',
    areas: ['booking', 'queue'],
    load: () => import('./screens/queue-screen.tsx'),
  },
  {
    path: '/prescriptions',
    name: 'prescriptions',
    permission: 'prescriptions:read',
    areas: ['pharmacy'],
    load: () => import('./screens/prescriptions-screen.tsx'),
  },
  {
    path: '/prescription-reviews',
    name: 'prescriptionReviews',
    permission: 'prescriptions:review',
    areas: ['pharmacy'],
    load: () => import('./screens/prescription-reviews-screen.tsx'),
  },
  {
    path: '/medicines',
    name: 'medicines',
    permission: 'medicines:manage',
    areas: ['medicines'],
    load: () => import('./screens/medicines-screen.tsx'),
  },
  { path: '/nearby', name: 'nearby', permission: null, areas: ['hospitals'], load: () => import('./screens/nearby-screen.tsx') },
  {
    path: '/prescriptions/:id',
    name: 'prescription',
    permission: 'prescriptions:read',
    areas: ['pharmacy', 'patients'],
    load: () => import('./screens/prescription-detail-screen.tsx'),
  },
  {
    path: '/profiles',
    name: 'profiles',
    permission: 'profiles:own',
    areas: ['patients'],
    load: () => import('./screens/profiles-screen.tsx'),
  },
  {
    path: '/patients',
    name: 'patients',
    permission: 'patients:read',
    areas: ['patients'],
    load: () => import('./screens/patients-screen.tsx'),
  },
  {
    path: '/patients/:id',
    name: 'patient',
    permission: 'patients:read',
    areas: ['patients'],
    load: () => import('./screens/patient-screen.tsx'),
  },
  {
    path: '/patients/:id/prescribe',
    name: 'prescribe',
    permission: 'prescriptions:write',
    areas: ['patients'],
    load: () => import('./screens/prescribe-screen.tsx'),
  },
  {
    path: '/patients/:id/record',
    name: 'writeRecord',
    permission: 'records:write',
    areas: ['patients'],
    load: () => import('./screens/write-record-screen.tsx'),
  },
  {
    path: '/records',
    name: 'records',
    permission: 'profiles:own',
    areas: ['patients'],
    load: () => import('./screens/records-screen.tsx'),
  },
  {
    path: '/records/:id',
    name: 'record',
    permission: 'records:read',
    areas: ['patients'],
    load: () => import('./screens/record-detail-screen.tsx'),
  },
  {
    path: '/records/:id/correct',
    name: 'correctRecord',
    permission: 'records:write',
    areas: ['patients'],
    load: () => import('./screens/correct-record-screen.tsx'),
  },
  {
    path: '/inpatients',
    name: 'inpatients',
    permission: ['inpatients:manage', 'departments:manage'],
    areas: ['inpatients'],
    load: () => import('./screens/inpatients-screen.tsx'),
  },
  {
    path: '/inpatients/:id',
    name: 'stay',
    permission: 'inpatients:manage',
    areas: ['inpatients'],
    load: () => import('./screens/stay-screen.tsx'),
  },
  {
    path: '/wards/:id',
    name: 'ward',
    permission: ['inpatients:manage', 'departments:manage'],
    areas: ['inpatients'],
    load: () => import('./screens/ward-screen.tsx'),
  },
  {
    path: '/practice/profile',
    name: 'practiceProfile',
    permission: 'practitioners:apply',
    areas: ['practice', 'booking'],
    load: () => import('./screens/practice-profile-screen.tsx'),
  },
  { path: '/notices', name: 'notices', permission: null, areas: [], load: () => import('./screens/notices-screen.tsx') },
  {
    path: '/schedule',
    name: 'schedule',
    permission: 'schedules:own',
    areas: ['schedule', 'admin'],
    load: () => import('./screens/schedule-screen.tsx'),
  },
  {
    path: '/templates',
    name: 'templates',
    permission: 'templates:own',
    areas: ['phrases', 'patients'],
    load: () => import('./screens/templates-screen.tsx'),
  },
  {
    path: '/account',
    name: 'account',
    permission: null,
    areas: ['account', 'finance', 'people'],
    load: () => import('./screens/account-screen.tsx'),
  },
  {
    path: '/health-profile',
    name: 'healthProfile',
    permission: 'profiles:own',
    areas: ['health'],
    load: () => import('./screens/health-profile-screen.tsx'),
  },
  { path: '/my-data', name: 'myData', permission: 'profiles:own', areas: ['privacy'], load: () => import('./screens/my-data-screen.tsx') },
  { path: '/privacy', name: 'privacy', permission: 'data:erase', areas: ['privacy'], load: () => import('./screens/privacy-screen.tsx') },
  ...administrationScreens,
];
