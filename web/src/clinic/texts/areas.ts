/** The clinic's texts by area; a screen names its area in `screens.ts`, and the texts are loaded with it. */
import i18next, { type TFunction } from 'i18next';
import { useMemo } from 'react';
import { addTexts, language } from '../../i18n/index.ts';
import type { Language } from '../../i18n/language.ts';
import { useStore } from '../../use-store.ts';
import type { admin } from './admin.zh.ts';
import type { booking } from './booking.zh.ts';
import type { errors } from './errors.zh.ts';
import type { patients } from './patients.zh.ts';
import type { pharmacy } from './pharmacy.zh.ts';
import type { queue } from './queue.zh.ts';
import type { shell } from './shell.zh.ts';
import type { visits } from './visits.zh.ts';

declare module '../../i18n/index.ts' {
  interface Resources {
    admin: typeof admin;
    booking: typeof booking;
    clinicErrors: typeof errors;
    patients: typeof patients;
    pharmacy: typeof pharmacy;
    queue: typeof queue;
    shell: typeof shell;
    visits: typeof visits;
  }
}

const areas = {
  admin: { zh: async () => (await import('./admin.zh.ts')).admin, en: async () => (await import('./admin.en.ts')).admin },
  booking: { zh: async () => (await import('./booking.zh.ts')).booking, en: async () => (await import('./booking.en.ts')).booking },
  patients: { zh: async () => (await import('./patients.zh.ts')).patients, en: async () => (await import('./patients.en.ts')).patients },
  pharmacy: { zh: async () => (await import('./pharmacy.zh.ts')).pharmacy, en: async () => (await import('./pharmacy.en.ts')).pharmacy },
  queue: { zh: async () => (await import('./queue.zh.ts')).queue, en: async () => (await import('./queue.en.ts')).queue },
  clinicErrors: { zh: async () => (await import('./errors.zh.ts')).errors, en: async () => (await import('./errors.en.ts')).errors },
  shell: { zh: async () => (await import('./shell.zh.ts')).shell, en: async () => (await import('./shell.en.ts')).shell },
  visits: { zh: async () => (await import('./visits.zh.ts')).visits, en: async () => (await import('./visits.en.ts')).visits },
} satisfies Record<string, Record<Language, () => Promise<object>>>;

export type Area = keyof typeof areas;

const loaded = new Map<Area, Promise<void>>();

/** Loads the texts of an area, once. */
export function loadTexts(area: Area): Promise<void> {
  const known = loaded.get(area);
  if (known) return known;
  const loading = addTexts(area, (name) => areas[area][name]());
  loaded.set(area, loading);
  // A failed request is tried again by the next screen.
  loading.catch(() => loaded.delete(area));
  return loading;
}

/** The translate function for an area that is loaded; the component renders again when the language changes. */
export function useTexts<A extends Area>(area: A): TFunction<A> {
  const shown = useStore(language);
  return useMemo(() => i18next.getFixedT(shown, area), [shown, area]);
}
