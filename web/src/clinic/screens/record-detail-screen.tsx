import { useQuery } from '@tanstack/react-query';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { readRecord, RECORDS } from '../records.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/records/:id`: one medical record, for its patient and for doctors of theirs. */
export default function RecordScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const id = params['id'] ?? '';
  const { data, error, refetch } = useQuery({ queryKey: [RECORDS, 'one', id], queryFn: () => readRecord(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { content, kind, patient, author, visitedAt, version } = data;
  return (
    <>
      <PageHeader title={t(`recordKinds.${kind}`)} lead={<When at={visitedAt} />} />
      <Facts
        items={[
          { label: t('forWhom'), value: patient.name },
          { label: t('with'), value: author.name },
          { label: t('diagnoses'), value: content.diagnoses.map(({ name, code }) => `${name} (${code})`).join('; ') },
          { label: t('version'), value: version > 1 && version },
        ]}
      />
      {content.sections.map(({ key, title, text }) => (
        <section key={key + (title ?? '')} className="clinic-record-section">
          <h2>{title ?? t(`sectionKeys.${key}`)}</h2>
          <p>{text}</p>
        </section>
      ))}
    </>
  );
}
