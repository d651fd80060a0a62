/** The clinic's texts by area; a screen names its area in `screens.ts`, and the texts are loaded with it. */
import i18next, { type TFunction } from 'i18next';
import { useMemo } from 'react';
import { addTexts, language } from '../../i18n/index.ts';
import type { Language } from '../../i18n/language.ts';
import { useStore } from '../../use-store.ts';
import type { account } from './account.zh.ts';
import type { admin } from './admin.zh.ts';
import type { cluster } from './cluster.zh.ts';
import type { booking } from './booking.zh.ts';
import type { errors } from './errors.zh.ts';
import type { health } from './health.zh.ts';
import type { hospitals } from './hospitals.zh.ts';
import type { inpatients } from './inpatients.zh.ts';
import type { medicines } from './medicines.zh.ts';
import type { patients } from './patients.zh.ts';
import type { pharmacy } from './pharmacy.zh.ts';
import type { operations } from './operations.zh.ts';
import type { practice } from './practice.zh.ts';
import type { privacy } from './privacy.zh.ts';
import type { queue } from './queue.zh.ts';
import type { schedule } from './schedule.zh.ts';
import type { finance } from './finance.zh.ts';
import type { people } from './people.zh.ts';
import type { permissions } from './permissions.zh.ts';
import type { messages } from './messages.zh.ts';
import type { figures } from './figures.zh.ts';
import type { phrases } from './phrases.zh.ts';
import type { settings } from './settings.zh.ts';
import type { shell } from './shell.zh.ts';
import type { visits } from './visits.zh.ts';

declare module '../../i18n/index.ts' {
  interface Resources {
    account: typeof account;
    admin: typeof admin;
    booking: typeof booking;
    cluster: typeof cluster;
    clinicErrors: typeof errors;
    health: typeof health;
    hospitals: typeof hospitals;
    inpatients: typeof inpatients;
    medicines: typeof medicines;
    patients: typeof patients;
    pharmacy: typeof pharmacy;
    operations: typeof operations;
    practice: typeof practice;
    privacy: typeof privacy;
    queue: typeof queue;
    schedule: typeof schedule;
    finance: typeof finance;
    people: typeof people;
    permissions: typeof permissions;
    messages: typeof messages;
    figures: typeof figures;
    phrases: typeof phrases;
    settings: typeof settings;
    shell: typeof shell;
    visits: typeof visits;
  }
}

const areas = {
  account: { zh: async () => (await import('./account.zh.ts')).account, en: async () => (await import('./account.en.ts')).account },
  admin: { zh: async () => (await import('./admin.zh.ts')).admin, en: async () => (await import('./admin.en.ts')).admin },
  booking: { zh: async () => (await import('./booking.zh.ts')).booking, en: async () => (await import('./booking.en.ts')).booking },
  cluster: { zh: async () => (await import('./cluster.zh.ts')).cluster, en: async () => (await import('./cluster.en.ts')).cluster },
  health: { zh: async () => (await import('./health.zh.ts')).health, en: async () => (await import('./health.en.ts')).health },
  hospitals: {
    zh: async () => (await import('./hospitals.zh.ts')).hospitals,
    en: async () => (await import('./hospitals.en.ts')).hospitals,
  },
  medicines: {
    zh: async () => (await import('./medicines.zh.ts')).medicines,
    en: async () => (await import('./medicines.en.ts')).medicines,
  },
  inpatients: {
    zh: async () => (await import('./inpatients.zh.ts')).inpatients,
    en: async () => (await import('./inpatients.en.ts')).inpatients,
  },
  patients: { zh: async () => (await import('./patients.zh.ts')).patients, en: async () => (await import('./patients.en.ts')).patients },
  pharmacy: { zh: async () => (await import('./pharmacy.zh.ts')).pharmacy, en: async () => (await import('./pharmacy.en.ts')).pharmacy },
  operations: {
    zh: async () => (await import('./operations.zh.ts')).operations,
    en: async () => (await import('./operations.en.ts')).operations,
  },
  practice: { zh: async () => (await import('./practice.zh.ts')).practice, en: async () => (await import('./practice.en.ts')).practice },
  privacy: { zh: async () => (await import('./privacy.zh.ts')).privacy, en: async () => (await import('./privacy.en.ts')).privacy },
  queue: { zh: async () => (await import('./queue.zh.ts')).queue, en: async () => (await import('./queue.en.ts')).queue },
  clinicErrors: { zh: async () => (await import('./errors.zh.ts')).errors, en: async () => (await import('./errors.en.ts')).errors },
  schedule: { zh: async () => (await import('./schedule.zh.ts')).schedule, en: async () => (await import('./schedule.en.ts')).schedule },
  finance: { zh: async () => (await import('./finance.zh.ts')).finance, en: async () => (await import('./finance.en.ts')).finance },
  people: { zh: async () => (await import('./people.zh.ts')).people, en: async () => (await import('./people.en.ts')).people },
  permissions: {
    zh: async () => (await import('./permissions.zh.ts')).permissions,
    en: async () => (await import('./permissions.en.ts')).permissions,
  },
  messages: { zh: async () => (await import('./messages.zh.ts')).messages, en: async () => (await import('./messages.en.ts')).messages },
  figures: { zh: async () => (await import('./figures.zh.ts')).figures, en: async () => (await import('./figures.en.ts')).figures },
  phrases: { zh: async () => (await import('./phrases.zh.ts')).phrases, en: async () => (await import('./phrases.en.ts')).phrases },
  settings: { zh: async () => (await import('./settings.zh.ts')).settings, en: async () => (await import('./settings.en.ts')).settings },
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
