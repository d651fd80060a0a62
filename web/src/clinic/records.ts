/** What the screens about medical records share. */
import { api, dataOf } from '../api/client.ts';
import { type Diagnosis, withPrimary } from './diagnoses-fields.tsx';

/** Beginnings of the keys of all that is read about them. */
export const RECORDS = 'records';
export const TEMPLATES = 'templates';

export const SECTIONS = [
  ...(['chief_complaint', 'present_illness', 'past_history', 'allergy_history', 'personal_history', 'family_history'] as const),
  ...(['examination', 'four_examinations', 'auxiliary_examination', 'assessment', 'treatment', 'advice', 'other'] as const),
] as const;

export interface Section {
  key: (typeof SECTIONS)[number];
  title?: string;
  text: string;
}
export interface RecordContent {
  sections: Section[];
  diagnoses: Diagnosis[];
}

/** What a new record asks for. */
export const FRESH_SECTIONS = (['chief_complaint', 'present_illness', 'assessment', 'advice'] as const).map((key) => ({ key }));

/** The content of a form as the API wants it. */
export const sentContent = ({ sections, diagnoses }: RecordContent) => ({
  sections: sections.map(({ key, title, text }) => ({ key, text, ...(key === 'other' && title && { title }) })),
  diagnoses: withPrimary(diagnoses),
});

export const readRecord = (id: string) => dataOf(api.GET('/api/v1/medical-records/{id}', { params: { path: { id } } }));
/** With its visit, prescriptions and attachments, in one answer. */
export const readFullRecord = (id: string) => dataOf(api.GET('/api/v1/medical-records/{id}/full', { params: { path: { id } } }));
export type FullRecord = Awaited<ReturnType<typeof readFullRecord>>;
export type MedicalRecord = Awaited<ReturnType<typeof readRecord>>;
