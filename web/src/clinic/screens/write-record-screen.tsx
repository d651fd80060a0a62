import { useQuery } from '@tanstack/react-query';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { PATIENTS, readPatient, useVisitContext } from '../patients.tsx';
import { RecordForm } from '../record-form.tsx';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/patients/:id/record`: a doctor writes a medical record. */
export default function WriteRecordScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const id = params['id'] ?? '';
  const { data: patient, error, refetch } = useQuery({ queryKey: [PATIENTS, 'one', id], queryFn: () => readPatient(id) });
  const { context, error: contextError, retry } = useVisitContext();
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (contextError) return <Failure page error={contextError} onRetry={retry} />;
  if (!patient || !context) return <PageSkeleton />;
  const back = () => go(context.appointmentId ? `/appointments/${context.appointmentId}` : `/patients/${id}`);
  return (
    <>
      <PageHeader title={t('writeRecord')} lead={patient.name} />
      <RecordForm patient={patient} context={context} onDone={back} onCancel={back} />
    </>
  );
}
