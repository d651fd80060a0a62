import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { session } from '../../session.ts';
import { useStore } from '../../use-store.ts';
import { useMay } from '../access.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { FullRecordView } from '../full-record.tsx';
import { readFullRecord, RECORDS } from '../records.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/records/:id`: one medical record, for its patient and for doctors of theirs. */
export default function RecordScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const may = useMay();
  const me = useStore(session)?.user.id;
  const id = params['id'] ?? '';
  const shell = useTexts('shell');
  const { data, error, refetch } = useQuery({ queryKey: [RECORDS, 'full', id], queryFn: () => readFullRecord(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { patient } = data.record;
  // A doctor comes from the patient; the list of records above it in the address is the patient's own.
  const above = may('patients:read') &&
    patient.id !== me && [
      { path: '/patients', title: shell('screens.patients') },
      { path: `/patients/${patient.id}`, title: patient.name },
    ];
  const correct = may('records:write') && data.record.author.id === me && (
    <Button onClick={() => go(`/records/${id}/correct`)} data-testid="record-correct">
      {t('correctRecord')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t(`recordKinds.${data.record.kind}`)}
        lead={<When at={data.record.visitedAt} />}
        actions={correct}
        {...(above && { above })}
      />
      <FullRecordView full={data} />
    </>
  );
}
