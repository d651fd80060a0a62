import { useQuery } from '@tanstack/react-query';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { PATIENTS, readPatient, useVisitContext } from '../patients.tsx';
import { PrescribeForm } from '../prescribe-form.tsx';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/patients/:id/prescribe`: a doctor writes a prescription. */
export default function PrescribeScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const id = params['id'] ?? '';
  const { data: patient, error, refetch } = useQuery({ queryKey: [PATIENTS, 'one', id], queryFn: () => readPatient(id) });
  const { context, error: contextError, retry } = useVisitContext();
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (contextError) return <Failure page error={contextError} onRetry={retry} />;
  if (!patient || !context) return <PageSkeleton />;
  const { appointmentId } = context;
  return (
    <>
      <PageHeader title={t('prescribe')} lead={patient.name} />
      <PrescribeForm
        patient={patient}
        context={context}
        onDone={(prescriptionId) => go(`/prescriptions/${prescriptionId}`)}
        onCancel={() => go(appointmentId ? `/appointments/${appointmentId}` : `/patients/${id}`)}
      />
    </>
  );
}
