import { Tag } from 'antd';
import { Facts } from '../blocks/facts.tsx';
import { PracticeReviews } from '../screens/practice-reviews.tsx';
import { useTexts } from '../texts/areas.ts';
import type { Doctor } from './doctors.ts';

/** What everybody may know of a doctor, and what patients said. */
export function AboutDoctor({ doctor: { id, introduction, specialities, qualifications } }: { doctor: Doctor }) {
  const t = useTexts('practice');
  return (
    <>
      <section className="clinic-section" aria-label={t('introduction')}>
        <Facts
          items={[
            { label: t('introduction'), value: introduction },
            { label: t('specialities'), value: specialities.length > 0 && specialities.map((word) => <Tag key={word}>{word}</Tag>) },
            {
              label: t('qualifications'),
              value:
                qualifications.length > 0 &&
                qualifications.map(({ name, issuer, issuedOn }) => (
                  <div key={name}>{[name, issuer, issuedOn].filter(Boolean).join(' · ')}</div>
                )),
            },
          ]}
        />
      </section>
      <PracticeReviews practitionerId={id} />
    </>
  );
}
