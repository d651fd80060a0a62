import { useQueryClient } from '@tanstack/react-query';
import { App, Checkbox, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ApiForm } from '../blocks/api-form.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PersonSelect } from '../blocks/person-select.tsx';
import { inClinicZone, toClinicTime } from '../clock.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { VISITS } from '../visits.ts';

interface Values {
  title: string;
  patientId: string;
  /** On the clinic's clock, `YYYY-MM-DDTHH:mm`. */
  start: string;
  minutes: number;
  lobby: boolean;
}

const LENGTHS = [10, 15, 30, 45, 60];
const QUARTER_MS = 900_000;

function create({ title, patientId, start, minutes, lobby }: Values, key: string) {
  const begin = inClinicZone(start);
  return dataOf(
    api.POST('/api/v1/consultations', {
      headers: { [IDEMPOTENCY_KEY]: key },
      body: {
        title,
        patientId,
        scheduledStart: new Date(begin).toISOString(),
        scheduledEnd: new Date(begin + minutes * 60_000).toISOString(),
        lobby,
      },
    }),
  );
}

const findPatients = async (keyword: string) => {
  const { items } = await dataOf(api.GET('/api/v1/users', { params: { query: { role: 'patient', pageSize: 8, keyword } } }));
  return items;
};

/** `/clinic/visits/new`: a doctor plans a visit. */
export default function NewVisitScreen() {
  const t = useTexts('visits');
  const shell = useTexts('shell');
  const { message } = App.useApp();
  const client = useQueryClient();
  const [initial] = useState(() => ({ start: toClinicTime(Math.ceil(Date.now() / QUARTER_MS) * QUARTER_MS), minutes: 15, lobby: true }));
  return (
    <>
      <PageHeader title={shell('screens.newVisit')} />
      <ApiForm<Values, { id: string }>
        send={create}
        submit={t('form.submit')}
        rename={{ scheduledStart: 'start', scheduledEnd: 'minutes' }}
        initialValues={initial}
        onCancel={() => go('/visits')}
        onDone={({ id }) => {
          message.success(t('form.created'));
          void client.invalidateQueries({ queryKey: [VISITS] });
          go(`/visits/${id}`);
        }}
      >
        <Form.Item name="patientId" label={t('form.patient')} rules={[{ required: true }]} extra={t('form.patientHint')}>
          <PersonSelect search={findPatients} none={t('form.noPatient')} />
        </Form.Item>
        <Form.Item name="title" label={t('form.title')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={200} placeholder={t('form.titleHint')} data-testid="visit-title" />
        </Form.Item>
        <Form.Item name="start" label={t('form.start')} rules={[{ required: true }]}>
          <Input type="datetime-local" data-testid="visit-start" />
        </Form.Item>
        <Form.Item name="minutes" label={t('form.length')} rules={[{ required: true }]}>
          <Select options={LENGTHS.map((count) => ({ value: count, label: t('minutes', { count }) }))} />
        </Form.Item>
        <Form.Item name="lobby" valuePropName="checked">
          <Checkbox>{t('form.lobby')}</Checkbox>
        </Form.Item>
      </ApiForm>
    </>
  );
}
