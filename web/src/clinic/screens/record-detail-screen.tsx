import { useQuery } from '@tanstack/react-query';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { RecordView } from '../record-view.tsx';
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
  return (
    <>
      <PageHeader title={t(`recordKinds.${data.kind}`)} lead={<When at={data.visitedAt} />} />
      <RecordView record={data} />
    </>
  );
}
