/** Every screen of the clinic: its address, who may see it, its texts and its code. `docs/web.md` tells how to add one. */
import type { ComponentType } from 'react';
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
  /** What the caller must hold; see `access.ts`. */
  permission: string;
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
    areas: ['visits'],
    load: () => import('./screens/visit-detail-screen.tsx'),
  },
];
