import { VideoCameraOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { navigate } from '../../router.ts';
import { useAction } from '../blocks/use-action.ts';
import type { Appointment } from '../booking.ts';
import { useNow } from '../clock.ts';
import { PLACES, readPlaces } from '../queue.ts';
import { useTexts } from '../texts/areas.ts';

/** How often a page that waits looks where it stands, in milliseconds. */
const LOOK_MS = 3_000;
/** From when on one may wait, before the start, in milliseconds; the server has its own limit. */
const EARLY_MS = 60 * 60_000;

const join = (appointmentId: string) => dataOf(api.POST('/api/v1/queue', { body: { appointmentId } }));
const leave = (appointmentId: string) => dataOf(api.DELETE('/api/v1/queue/{appointmentId}', { params: { path: { appointmentId } } }));

/** The way into the room: for the patient through the waiting line. */
export function Waiting({ appointment, own }: { appointment: Appointment; own: boolean }) {
  const t = useTexts('booking');
  const now = useNow();
  const { id, consultationId, status, startsAt } = appointment;
  const { data } = useQuery({ queryKey: PLACES, queryFn: readPlaces, refetchInterval: LOOK_MS, enabled: own });
  const joining = useAction({ run: join, stale: [PLACES] });
  const leaving = useAction({ run: leave, stale: [PLACES] });
  if (status !== 'confirmed' && status !== 'in_progress') return null;
  const place = data?.find(({ appointmentId }) => appointmentId === id);
  const start = Date.parse(startsAt);
  return (
    <section className="clinic-waiting" aria-label={t('line')}>
      {place?.state === 'called' && <Alert type="success" showIcon title={t('called')} role="alert" data-testid="called" />}
      {place?.state === 'waiting' && (
        <Alert type="info" showIcon title={t('waiting', { position: place.position ?? 0, length: place.length })} role="status" />
      )}
      {own && !place && now < start - EARLY_MS && <p>{t('tooEarly')}</p>}
      {own && status === 'confirmed' && now > start && <Alert type="warning" showIcon title={t('lateNow')} />}
      <div className="clinic-actions">
        {place?.state === 'waiting' && (
          <Button type="text" loading={leaving.busy} onClick={() => leaving.run(id)}>
            {t('leaveLine')}
          </Button>
        )}
        {own && data && !place && now >= start - EARLY_MS && (
          <Button onClick={() => joining.run(id)} loading={joining.busy} data-testid="queue-join">
            {t('wait')}
          </Button>
        )}
        {consultationId && (
          <Button
            type="primary"
            icon={<VideoCameraOutlined aria-hidden />}
            onClick={() => navigate(`/visit/${consultationId}`)}
            data-testid="appointment-enter"
          >
            {t('enter')}
          </Button>
        )}
      </div>
    </section>
  );
}
