import type { phrases as chinese } from './phrases.zh.ts';

export const phrases: typeof chinese = {
  intro: 'Phrases and templates of prescriptions and records, for yourself only.',
  views: { phrases: 'Phrases', prescription: 'Prescriptions', record: 'Records' },
  text: 'Text',
  kind: 'Kind',
  kinds: { diagnosis: 'Diagnosis', advice: 'Advice', symptom: 'Symptom', other: 'Other' },
  uses: 'Used',
  edit: 'Edit',
  remove: 'Remove',
  removeTitle: 'Remove it?',
  removed: 'Removed',
  addPhrase: 'Add a phrase',
  addTemplate: 'Add a template',
  name: 'Name',
  category: 'Category',
  created: 'Created',
};
