import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Empty, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, ApiFailure, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { APPOINTMENTS, clinicDate, ORDERS } from '../booking.ts';
import { clinicZone } from '../clock.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

const DAYS = 13;

const readPractitioner = (id: string) => dataOf(api.GET('/api/v1/practitioners/{id}', { params: { path: { id } } }));
const readServices = async () =>
  (await dataOf(api.GET('/api/v1/services', { params: { query: { category: 'consultation', pageSize: 100 } } }))).items;
const readProfiles = async () => (await dataOf(api.GET('/api/v1/visit-profiles', { params: { query: { pageSize: 50 } } }))).items;

function readSlots(id: string, serviceId: string) {
  const zone = clinicZone.get();
  const query = { from: clinicDate(0, zone), until: clinicDate(DAYS, zone), serviceId };
  return dataOf(api.GET('/api/v1/practitioners/{id}/slots', { params: { path: { id }, query } }));
}

interface Choice {
  practitionerId: string;
  serviceId: string;
  startsAt: string;
}
interface Values {
  profileId?: string;
  contactPerson: string;
  contactPhone: string;
  notes?: string;
}

function book({ practitionerId, serviceId, startsAt }: Choice, { profileId, contactPerson, contactPhone, notes }: Values, key: string) {
  const contact = { contactPerson, contactPhone, notes: notes?.trim() || null, profileId: profileId || null };
  const body = { practitionerId, serviceId, scheduledTime: startsAt, ...contact };
  return dataOf(api.POST('/api/v1/appointments', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

/** The times of two weeks, a day at a time. */
function Times({
  practitionerId,
  serviceId,
  chosen,
  onChoose,
}: Omit<Choice, 'startsAt'> & { chosen: string; onChoose(time: string): void }) {
  const t = useTexts('booking');
  const locale = useStore(language) === 'zh' ? 'zh-CN' : 'en';
  const [day, setDay] = useState('');
  const { data, error, refetch } = useQuery({
    queryKey: ['slots', practitionerId, serviceId],
    queryFn: () => readSlots(practitionerId, serviceId),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const days = data.days
    .map(({ date, slots }) => ({ date, slots: slots.filter(({ available, reason }) => available || reason === 'fully_booked') }))
    .filter(({ slots }) => slots.length > 0);
  if (days.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTimes')} />;
  const shown = days.find(({ date }) => date === day) ?? days[0];
  return (
    <div className="clinic-times">
      <div className="clinic-days" role="group" aria-label={t('day')}>
        {days.map(({ date, slots }) => (
          <Button
            key={date}
            type={date === shown?.date ? 'primary' : 'default'}
            aria-pressed={date === shown?.date}
            onClick={() => setDay(date)}
          >
            <span>
              {dayName(date, locale)}
              <small>{t('free', { count: slots.filter(({ available }) => available).length })}</small>
            </span>
          </Button>
        ))}
      </div>
      <div className="clinic-slots" role="group" aria-label={t('times')}>
        {shown?.slots.map(({ time, startsAt, available }) => (
          <Button
            key={startsAt}
            type={chosen === startsAt ? 'primary' : 'default'}
            aria-pressed={chosen === startsAt}
            disabled={!available}
            title={available ? undefined : t('full')}
            onClick={() => onChoose(startsAt)}
            data-testid="slot"
          >
            {time}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** For example Fri, Nov 27. */
const dayName = (date: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' }).format(Date.parse(date));

function BookForm({ choice, onTaken }: { choice: Choice; onTaken(): void }) {
  const t = useTexts('booking');
  const client = useQueryClient();
  const { message } = App.useApp();
  const profiles = useQuery({ queryKey: ['profiles'], queryFn: readProfiles });
  async function send(values: Values, key: string) {
    try {
      return await book(choice, values, key);
    } catch (error) {
      if (error instanceof ApiFailure && error.code === 'slot_taken') onTaken();
      throw error;
    }
  }
  return (
    <ApiForm<Values, Awaited<ReturnType<typeof book>>>
      send={send}
      submit={t('submit')}
      onDone={({ appointmentId, orderId, status }) => {
        void client.invalidateQueries({ queryKey: [APPOINTMENTS] });
        void client.invalidateQueries({ queryKey: [ORDERS] });
        if (status === 'pending') return go(`/orders/${orderId}`);
        message.success(t('states.confirmed'));
        go(`/appointments/${appointmentId}`);
      }}
    >
      <p>
        {t('chosen')}: <When at={choice.startsAt} relative />
      </p>
      <Form.Item name="profileId" label={t('profile')}>
        <Select
          allowClear
          placeholder={t('myself')}
          options={(profiles.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          data-testid="book-profile"
        />
      </Form.Item>
      <Form.Item name="contactPerson" label={t('contact')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={60} autoComplete="name" data-testid="book-contact" />
      </Form.Item>
      <Form.Item name="contactPhone" label={t('phone')} rules={[{ required: true }]}>
        <Input maxLength={20} inputMode="tel" autoComplete="tel" data-testid="book-phone" />
      </Form.Item>
      <Form.Item name="notes" label={t('notes')}>
        <Input.TextArea rows={3} maxLength={1_000} placeholder={t('notesHint')} />
      </Form.Item>
    </ApiForm>
  );
}

/** `/clinic/book/:id`: choose a service and a time of this doctor, then book. */
export default function BookScreen({ params }: ScreenProps) {
  const t = useTexts('booking');
  const id = params['id'] ?? '';
  const client = useQueryClient();
  const practitioner = useQuery({ queryKey: ['practitioners', 'one', id], queryFn: () => readPractitioner(id) });
  const services = useQuery({ queryKey: ['services'], queryFn: readServices });
  const [picked, setPicked] = useState<string>();
  const [startsAt, setStartsAt] = useState('');
  const error = practitioner.error ?? services.error;
  if (error) return <Failure page error={error} onRetry={() => void practitioner.refetch()} />;
  if (!practitioner.data || !services.data) return <PageSkeleton />;
  const service = services.data.find((candidate) => candidate.id === picked) ?? services.data[0];
  const { name, title, department } = practitioner.data;
  const again = () => {
    setStartsAt('');
    void client.invalidateQueries({ queryKey: ['slots', id] });
  };
  return (
    <>
      <PageHeader title={name} lead={[title, department?.name].filter(Boolean).join(' · ')} />
      <div className="clinic-filters">
        <Select
          aria-label={t('service')}
          value={service?.id ?? null}
          onChange={(value) => {
            setPicked(value ?? undefined);
            setStartsAt('');
          }}
          options={services.data.map((one) => ({ value: one.id, label: one.name }))}
          style={{ minWidth: 200 }}
        />
        {service && <Money yuan={service.price} />}
      </div>
      {service && <Times practitionerId={id} serviceId={service.id} chosen={startsAt} onChoose={setStartsAt} />}
      {service && startsAt && <BookForm choice={{ practitionerId: id, serviceId: service.id, startsAt }} onTaken={again} />}
    </>
  );
}
