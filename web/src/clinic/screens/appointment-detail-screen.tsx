import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { session } from '../../session.ts';
import { useStore } from '../../use-store.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { AppointmentState } from '../appointment-state.tsx';
import { type Appointment, APPOINTMENTS, readAppointment } from '../booking.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';
import { VisitReview } from '../visit-review.tsx';
import { AppointmentActions } from './appointment-actions.tsx';
import { Waiting } from './appointment-waiting.tsx';

/** How often an open appointment is looked at, in milliseconds: the other side moves it on. */
const LOOK_MS = 10_000;

type Step = Appointment['log'][number];

/** How it ended, where that needs words. */
function Outcome({ appointment: { status, outcome, queueNo }, own }: { appointment: Appointment; own: boolean }) {
  const t = useTexts('booking');
  if (outcome === 'patient_absent')
    return <Alert type="warning" showIcon title={t(own ? 'outcomes.patientAbsentOwn' : 'outcomes.patientAbsent')} />;
  if (outcome === 'practitioner_absent') return <Alert type="warning" showIcon title={t('outcomes.practitionerAbsent')} />;
  // A place that was only held cost nothing.
  return status === 'cancelled' && queueNo !== null ? <Alert type="info" showIcon title={t('outcomes.cancelled')} /> : null;
}

const REASONS = ['expired', 'patient_absent', 'practitioner_absent', 'payment_failed', 'not_available', 'no_order', 'refunded'] as const;

function StepReason({ reason }: Pick<Step, 'reason'>) {
  const t = useTexts('booking');
  if (!reason || reason === 'free') return null;
  const known = REASONS.find((name) => name === reason);
  return <> · {known ? t(`reasons.${known}`) : reason}</>;
}

/** An absence is noted, and then follows what it means: one line is enough. */
const isTold = ({ action, reason }: Step): boolean => action !== 'change' || !reason?.endsWith('_absent');

function History({ log }: Pick<Appointment, 'log'>) {
  const t = useTexts('booking');
  return (
    <section aria-label={t('history')} className="clinic-section">
      <h2>{t('history')}</h2>
      <ol className="clinic-steps">
        {log.filter(isTold).map(({ action, startsAt, reason, at }) => (
          <li key={at + action}>
            <When at={at} /> {t(`actions.${action}`)} {action === 'move' && <When at={startsAt} />}
            <StepReason reason={reason} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** `/clinic/appointments/:id`: one appointment, for either side. */
export default function AppointmentScreen({ params }: ScreenProps) {
  const t = useTexts('booking');
  const id = params['id'] ?? '';
  const userId = useStore(session)?.user.id;
  const { data, error, refetch } = useQuery({
    queryKey: [APPOINTMENTS, 'one', id],
    queryFn: () => readAppointment(id),
    refetchInterval: ({ state }) => (['completed', 'cancelled'].includes(state.data?.status ?? '') ? false : LOOK_MS),
  });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const own = data.patient.id === userId;
  return (
    <>
      <PageHeader
        title={data.service.name}
        lead={<AppointmentState status={data.status} outcome={data.outcome} />}
        actions={<AppointmentActions appointment={data} own={own} />}
      />
      <Outcome appointment={data} own={own} />
      <Waiting appointment={data} own={own} />
      <Facts
        items={[
          { label: t('start'), value: <When at={data.startsAt} relative /> },
          { label: t('practitioner'), value: data.practitioner.name },
          { label: t('patient'), value: data.patient.name },
          { label: t('queueNo'), value: data.queueNo },
          { label: t('contact'), value: `${data.contactPerson} ${data.contactPhone}` },
          { label: t('notes'), value: data.notes },
          { label: t('no'), value: data.appointmentNo },
        ]}
      />
      {data.status === 'completed' && !data.outcome && <VisitReview rated={{ appointmentId: id }} own={own} />}
      <History log={data.log} />
    </>
  );
}
