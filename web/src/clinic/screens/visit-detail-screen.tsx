import { useQuery } from '@tanstack/react-query';
import { Link } from '../../components/page.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { to } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';
import { VisitMessages } from '../visit-messages.tsx';
import { VisitRecordings } from '../visit-recordings.tsx';
import { VisitReview } from '../visit-review.tsx';
import { minutesOf, readVisit, TONES, type Visit, VISITS } from '../visits.ts';
import { VisitActions } from './visit-actions.tsx';

/** Guests and observers have no part in what is said of it. */
const isSide = ({ role }: Visit): boolean => role === 'patient' || role === 'practitioner';

function Details({ visit }: { visit: Visit }) {
  const t = useTexts('visits');
  return (
    <Facts
      items={[
        { label: t('practitioner'), value: visit.practitioner.name },
        { label: t('patient'), value: visit.patient.name },
        { label: t('start'), value: <When at={visit.scheduledStart} relative /> },
        { label: t('length'), value: t('minutes', { count: minutesOf(visit) }) },
        { label: t('lobby'), value: t(visit.lobby ? 'lobbyOn' : 'lobbyOff') },
        { label: t('startedAt'), value: visit.startedAt && <When at={visit.startedAt} /> },
        { label: t('endedAt'), value: visit.endedAt && <When at={visit.endedAt} /> },
        {
          label: t('booking'),
          value: visit.appointmentId && <Link to={to(`/appointments/${visit.appointmentId}`)}>{t('toBooking')}</Link>,
        },
        { label: t('created'), value: <When at={visit.createdAt} /> },
      ]}
    />
  );
}

/** `/clinic/visits/:id`: one visit. */
export default function VisitScreen({ params }: ScreenProps) {
  const t = useTexts('visits');
  const id = params['id'] ?? '';
  const { data: visit, error, refetch } = useQuery({ queryKey: [VISITS, 'one', id], queryFn: () => readVisit(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!visit) return <PageSkeleton />;
  return (
    <>
      <PageHeader
        title={visit.title}
        lead={<StatusTag tone={TONES[visit.status]}>{t(`states.${visit.status}`)}</StatusTag>}
        actions={<VisitActions visit={visit} />}
      />
      <Details visit={visit} />
      {isSide(visit) && <VisitRecordings visit={visit} />}
      <VisitMessages id={id} />
      {visit.status === 'ended' && visit.startedAt !== null && visit.appointmentId === null && isSide(visit) && (
        <VisitReview rated={{ consultationId: id }} own={visit.role === 'patient'} />
      )}
    </>
  );
}
