import { VideoCameraOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Form, Input, Rate } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { navigate } from '../../router.ts';
import { useMay } from '../access.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { useConfirm } from '../blocks/confirm.tsx';
import { ExportButton } from '../blocks/export-button.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { type Appointment, APPOINTMENT_TONES, APPOINTMENTS, readAppointment } from '../booking.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** How often a page that waits looks where it stands, in milliseconds. */
const LOOK_MS = 5_000;

const cancel = ({ id, reason }: { id: string; reason: string }) =>
  dataOf(api.POST('/api/v1/appointments/{id}/cancel', { params: { path: { id } }, body: { reason } }));
const join = (appointmentId: string) => dataOf(api.POST('/api/v1/queue', { body: { appointmentId } }));
const readPlaces = async () => (await dataOf(api.GET('/api/v1/queue/mine'))).items;

function Waiting({ appointment }: { appointment: Appointment }) {
  const t = useTexts('booking');
  const { id, consultationId, status } = appointment;
  const { data } = useQuery({ queryKey: ['queue', 'mine'], queryFn: readPlaces, refetchInterval: LOOK_MS });
  const { run, busy } = useAction({ run: () => join(id), stale: [['queue']] });
  const place = data?.find(({ appointmentId }) => appointmentId === id);
  const open = status === 'confirmed' || status === 'in_progress';
  if (!open) return null;
  return (
    <div className="clinic-actions">
      {place?.state === 'waiting' && <output>{t('waiting', { position: place.position ?? 0, length: place.length })}</output>}
      {place?.state === 'called' && <output>{t('called')}</output>}
      {data && !place && (
        <Button onClick={() => run()} loading={busy} data-testid="queue-join">
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
  );
}

function Actions({ appointment }: { appointment: Appointment }) {
  const t = useTexts('booking');
  const confirm = useConfirm();
  const pays = useMay()('orders:own');
  const { run, busy } = useAction({ run: cancel, done: t('cancelled'), stale: [[APPOINTMENTS]] });
  const { id, status, orderId, appointmentNo, canCancel } = appointment;
  async function ask(): Promise<void> {
    const sure = await confirm({
      ...{ title: t('cancelTitle'), text: t('cancelText'), confirm: t('cancel'), cancel: t('keep'), danger: true },
      reason: { label: t('cancelReason'), required: true, max: 300 },
    });
    if (sure) run({ id, reason: sure.reason });
  }
  return (
    <div className="clinic-actions">
      {canCancel && (
        <Button type="text" danger loading={busy} onClick={() => void ask()} data-testid="appointment-cancel">
          {t('cancel')}
        </Button>
      )}
      {status === 'confirmed' && (
        <ExportButton path={`/api/v1/appointments/${id}/calendar`} fileName={`${appointmentNo}.ics`} label={t('calendar')} />
      )}
      {pays && orderId && (
        <Button
          type={status === 'pending' ? 'primary' : 'default'}
          onClick={() => go(`/orders/${orderId}`)}
          data-testid="appointment-order"
        >
          {t(status === 'pending' ? 'pay' : 'goTo')}
        </Button>
      )}
    </div>
  );
}

interface Rating {
  rating: number;
  text: string;
}

function RateForm({ id, onDone }: { id: string; onDone(): void }) {
  const t = useTexts('booking');
  const { message } = App.useApp();
  return (
    <section aria-label={t('rate')}>
      <h2>{t('rate')}</h2>
      <ApiForm<Rating, unknown>
        send={({ rating, text }) => dataOf(api.POST('/api/v1/reviews', { body: { appointmentId: id, rating, text, tagIds: [] } }))}
        submit={t('rate')}
        onDone={() => {
          message.success(t('thanks'));
          onDone();
        }}
      >
        <Form.Item name="rating" label={t('rating')} rules={[{ required: true }]}>
          <Rate />
        </Form.Item>
        <Form.Item name="text" label={t('review')} rules={[{ required: true, whitespace: true }]}>
          <Input.TextArea rows={3} maxLength={2_000} />
        </Form.Item>
      </ApiForm>
    </section>
  );
}

/** `/clinic/appointments/:id`: one appointment, for either side. */
export default function AppointmentScreen({ params }: ScreenProps) {
  const t = useTexts('booking');
  const may = useMay();
  const id = params['id'] ?? '';
  const { data, error, refetch } = useQuery({ queryKey: [APPOINTMENTS, 'one', id], queryFn: () => readAppointment(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader
        title={data.service.name}
        lead={<StatusTag tone={APPOINTMENT_TONES[data.status]}>{t(`states.${data.status}`)}</StatusTag>}
        actions={<Actions appointment={data} />}
      />
      <Waiting appointment={data} />
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
      {data.status === 'completed' && may('reviews:write') && <RateForm id={id} onDone={() => void refetch()} />}
    </>
  );
}
