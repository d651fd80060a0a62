import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, ApiFailure, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { session } from '../../session.ts';
import { useStore } from '../../use-store.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { AboutDoctor } from '../finding/about-doctor.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { APPOINTMENTS, ORDERS } from '../booking.ts';
import { FollowButton } from '../follow-button.tsx';
import { readReviewTotals, REVIEWS } from '../review-card.tsx';
import { go, useHere } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { SlotPicker, SLOTS } from '../slot-picker.tsx';
import { useTexts } from '../texts/areas.ts';

const readPractitioner = (id: string) => dataOf(api.GET('/api/v1/practitioners/{id}', { params: { path: { id } } }));
const readServices = async () =>
  (await dataOf(api.GET('/api/v1/services', { params: { query: { category: 'consultation', pageSize: 100 } } }))).items;
const readProfiles = async () => (await dataOf(api.GET('/api/v1/visit-profiles', { params: { query: { pageSize: 50 } } }))).items;

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

/** What patients said of a doctor, in a word; nothing before the first review. */
function Rated({ practitionerId }: { practitionerId: string }) {
  const t = useTexts('booking');
  const { data } = useQuery({ queryKey: [REVIEWS, 'totals', practitionerId], queryFn: () => readReviewTotals(practitionerId) });
  if (!data || data.average === null) return null;
  return <> · {t('rated', { average: data.average.toFixed(1), count: data.count })}</>;
}

function BookForm({ choice, onTaken }: { choice: Choice; onTaken(): void }) {
  const t = useTexts('booking');
  const client = useQueryClient();
  const { message } = App.useApp();
  // Accounts that were made by a code alone are named by their masked phone.
  const name = useStore(session)?.user.name ?? '';
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
      initialValues={{ contactPerson: name.includes('*') ? '' : name }}
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
          // A list that is not there yet would open as one without anybody.
          loading={profiles.isPending}
          disabled={!profiles.data}
          options={(profiles.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          data-testid="book-profile"
        />
      </Form.Item>
      {profiles.error && !profiles.data && <Failure error={profiles.error} onRetry={() => void profiles.refetch()} />}
      <p>
        <Button type="link" className="clinic-inline-link" onClick={() => go('/profiles')}>
          {t('addProfile')}
        </Button>
      </p>
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
  // What was found together with the doctor.
  const [wanted] = useState(new URLSearchParams(useHere().search));
  const [picked, setPicked] = useState(wanted.get('serviceId') ?? undefined);
  const [startsAt, setStartsAt] = useState(wanted.get('at') ?? '');
  const error = practitioner.error ?? services.error;
  if (error) return <Failure page error={error} onRetry={() => void practitioner.refetch()} />;
  if (!practitioner.data || !services.data) return <PageSkeleton />;
  const service = services.data.find((candidate) => candidate.id === picked) ?? services.data[0];
  const { name, title, department, userId } = practitioner.data;
  const again = () => {
    setStartsAt('');
    void client.invalidateQueries({ queryKey: [SLOTS, id] });
  };
  return (
    <>
      <PageHeader
        title={name}
        lead={
          <>
            {[title, department?.name].filter(Boolean).join(' · ')}
            <Rated practitionerId={id} />
          </>
        }
        actions={<FollowButton userId={userId} />}
      />
      <div className="clinic-actions clinic-choices">
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
      {service && <SlotPicker practitionerId={id} serviceId={service.id} chosen={startsAt} onChoose={setStartsAt} />}
      {service && startsAt && <BookForm choice={{ practitionerId: id, serviceId: service.id, startsAt }} onTaken={again} />}
      <AboutDoctor doctor={practitioner.data} />
    </>
  );
}
