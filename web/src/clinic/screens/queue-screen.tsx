import { useQuery } from '@tanstack/react-query';
import { Button, Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { navigate } from '../../router.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { PLACES, QUEUE, readPlaces } from '../queue.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

/** How often the page looks who waits, in milliseconds. */
const LOOK_MS = 3_000;

const readLine = async () => (await dataOf(api.GET('/api/v1/queue/line'))).items;
const callNext = () => dataOf(api.POST('/api/v1/queue/next'));
const prefer = (appointmentId: string, priority: number) =>
  dataOf(api.PUT('/api/v1/queue/{appointmentId}/priority', { params: { path: { appointmentId } }, body: { priority } }));
const call = (appointmentId: string) => dataOf(api.POST('/api/v1/queue/{appointmentId}/call', { params: { path: { appointmentId } } }));

/** Who waits for the doctor that looks. */
function Line() {
  const t = useTexts('booking');
  const q = useTexts('queue');
  const { data, error, refetch } = useQuery({ queryKey: [QUEUE, 'line'], queryFn: readLine, refetchInterval: LOOK_MS });
  const enter = ({ consultationId }: { consultationId: string }) => navigate(`/visit/${consultationId}`);
  const next = useAction({ run: callNext, onDone: enter, stale: [[QUEUE]] });
  const one = useAction({ run: call, onDone: enter, stale: [[QUEUE]] });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  if (data.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={q('nobody')} />;
  return (
    <>
      <Button type="primary" size="large" loading={next.busy} onClick={() => next.run()} data-testid="call-next">
        {q('callNext')}
      </Button>
      <div className="clinic-cards">
        {data.map(({ appointmentId, patient, startsAt, queueNo, joinedAt, priority }) => (
          <article key={appointmentId} className="clinic-card" data-testid="waiting-patient">
            <div className="clinic-card-head">
              <h2>{patient}</h2>
              {priority > 0 && <StatusTag tone="warn">{q('preferred')}</StatusTag>}
              <span>{`${t('queueNo')} ${queueNo ?? '—'}`}</span>
            </div>
            <p>
              <When at={startsAt} relative />
            </p>
            <p>
              {q('since')} <When at={joinedAt} relative />
            </p>
            <div className="clinic-actions">
              <ActionButton
                large
                text={q(priority > 0 ? 'inTurn' : 'prefer')}
                about={patient}
                run={() => prefer(appointmentId, priority > 0 ? 0 : 1)}
                stale={[[QUEUE]]}
                testId="queue-prefer"
              />
              <Button loading={one.busy} onClick={() => one.run(appointmentId)}>
                {q('call')}
              </Button>
            </div>
          </article>
        ))}
      </div>
    </>
  );
}

/** Where the patient that looks stands. */
function Mine() {
  const t = useTexts('booking');
  const q = useTexts('queue');
  const { data, error, refetch } = useQuery({ queryKey: PLACES, queryFn: readPlaces, refetchInterval: LOOK_MS });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  if (data.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={q('notWaiting')} />;
  return (
    <div className="clinic-cards">
      {data.map(({ appointmentId, state, position, length, joinedAt, consultationId }) => (
        <article key={appointmentId} className="clinic-card" data-testid="place">
          <h2>{state === 'called' ? t('called') : t('waiting', { position: position ?? 0, length })}</h2>
          <p>
            {q('since')} <When at={joinedAt} relative />
          </p>
          <div className="clinic-actions">
            <Button onClick={() => go(`/appointments/${appointmentId}`)}>{t('toAppointment')}</Button>
            {consultationId && (
              <Button type="primary" onClick={() => navigate(`/visit/${consultationId}`)}>
                {t('enter')}
              </Button>
            )}
          </div>
        </article>
      ))}
    </div>
  );
}

/** `/clinic/queue`: the waiting line, from either side. */
export default function QueueScreen() {
  const shell = useTexts('shell');
  const serves = useMay()('appointments:serve');
  return (
    <>
      <PageHeader title={shell('screens.queue')} />
      {serves ? <Line /> : <Mine />}
    </>
  );
}
