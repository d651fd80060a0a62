/** A health profile as its owner and their doctors read it. */
import { Empty } from 'antd';
import { api, dataOf } from '../api/client.ts';
import { Facts } from './blocks/facts.tsx';
import { StatusTag } from './blocks/status-tag.tsx';
import { When } from './blocks/when.tsx';
import { useTexts } from './texts/areas.ts';

/** Beginning of the keys of all that is read about it. */
export const HEALTH = 'health-profile';

export const readHealth = (userId: string) => dataOf(api.GET('/api/v1/users/{userId}/health-profile', { params: { path: { userId } } }));
export type HealthProfile = Awaited<ReturnType<typeof readHealth>>;

function Allergies({ profile: { hasAllergy, allergies, allergyInfo } }: { profile: HealthProfile }) {
  const t = useTexts('health');
  if (!hasAllergy) return t('noAllergy');
  return (
    <ul className="clinic-plain">
      {allergies.map(({ substance, reaction, severe }) => (
        <li key={substance}>
          {[substance, reaction].filter(Boolean).join(' · ')} {severe && <StatusTag tone="bad">{t('severe')}</StatusTag>}
        </li>
      ))}
      {allergyInfo && <li>{allergyInfo}</li>}
      {allergies.length === 0 && !allergyInfo && <li>{t('hasAllergy')}</li>}
    </ul>
  );
}

const lines = (texts: readonly string[]) =>
  texts.length > 0 && (
    <ul className="clinic-plain">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );

export function HealthFacts({ profile }: { profile: HealthProfile }) {
  const t = useTexts('health');
  if (profile.updatedAt === null && profile.healthTags.length === 0) {
    return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('empty')} />;
  }
  const { bloodType, height, weight, bmi, chronicDiseases, familyHistory, emergencyContact, healthTags, updatedAt } = profile;
  return (
    <Facts
      items={[
        { label: t('allergies'), value: updatedAt && <Allergies profile={profile} /> },
        {
          label: t('diseases'),
          value: lines(
            chronicDiseases.map(({ name, since, note }) =>
              [name, since && t('sinceYear', { year: since }), note].filter(Boolean).join(' · '),
            ),
          ),
        },
        { label: t('family'), value: lines(familyHistory.map(({ relation, disease }) => `${relation} · ${disease}`)) },
        { label: t('tags'), value: healthTags.join(' · ') },
        { label: t('bloodType'), value: bloodType && t(`bloodTypes.${bloodType}`) },
        { label: t('height'), value: height },
        { label: t('weight'), value: weight },
        { label: t('bmi'), value: bmi },
        {
          label: t('contact'),
          value: emergencyContact && [emergencyContact.name, emergencyContact.relationship, emergencyContact.phone].join(' · '),
        },
        { label: t('updated'), value: updatedAt && <When at={updatedAt} /> },
      ]}
    />
  );
}
