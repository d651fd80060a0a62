import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PersonSelect } from '../blocks/person-select.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { usePractitioners } from '../practitioners.ts';
import { go, to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { BedFields } from './bed-fields.tsx';
import { STALE, STAYS, useWards } from './wards.ts';

const STATES = ['admitted', 'discharged'] as const;

function load({ page, pageSize, sort, filters: { state, wardId } }: ListState, signal: AbortSignal) {
  const query = { page, pageSize, ...(sort && { sort }), ...(state && { state }), ...(wardId && { wardId }) };
  return dataOf(api.GET('/api/v1/admissions', { params: { query: query as object }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const findPatients = async (keyword: string) =>
  (await dataOf(api.GET('/api/v1/patients', { params: { query: { keyword, pageSize: 10 } } }))).items;

interface Values {
  patientId: string;
  bedId: string;
  attendingId?: string;
  reason: string;
}
const admit = ({ patientId, bedId, attendingId, reason }: Values, key: string) =>
  dataOf(
    api.POST('/api/v1/admissions', {
      headers: { [IDEMPOTENCY_KEY]: key },
      body: { patientId, profileId: null, bedId, reason, ...(attendingId && { attendingId }) },
    }),
  );

export function StayState({ state }: Pick<Row, 'state'>) {
  const t = useTexts('inpatients');
  return <StatusTag tone={state === 'admitted' ? 'good' : 'neutral'}>{t(`states.${state}`)}</StatusTag>;
}

const nameOf = ({ id, patient }: Row) => <Link to={to(`/inpatients/${id}`)}>{patient.name}</Link>;

function Card({ row }: { row: Row }) {
  return (
    <article className="clinic-card" data-testid="stay-card">
      <div className="clinic-card-head">
        <h2>{nameOf(row)}</h2>
        <StayState state={row.state} />
      </div>
      <p>{[row.ward.name, row.bed.label, row.attending.name].join(' · ')}</p>
      <p>
        <When at={row.admittedAt} />
      </p>
    </article>
  );
}

function AdmitFields() {
  const t = useTexts('inpatients');
  const required = [{ required: true }];
  return (
    <>
      <Form.Item name="patientId" label={t('patient')} rules={required}>
        <PersonSelect search={findPatients} none={t('noPatient')} />
      </Form.Item>
      <BedFields />
      <Form.Item name="attendingId" label={t('attending')} extra={t('attendingHint')}>
        <Select allowClear options={usePractitioners()} data-testid="attending" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true }]}>
        <Input.TextArea rows={3} maxLength={2_000} data-testid="reason" />
      </Form.Item>
    </>
  );
}

/** Stays of the doctor's own patients. */
export function StayList() {
  const t = useTexts('inpatients');
  const list = useListState();
  const { data: wards = [] } = useWards();
  const [open, setOpen] = useState(false);
  const columns: Column<Row>[] = [
    { key: 'patient', title: t('patient'), pinned: true, render: nameOf },
    { key: 'state', title: t('state'), render: (row) => <StayState state={row.state} /> },
    { key: 'admissionNo', title: t('admissionNo'), render: ({ admissionNo }) => admissionNo },
    { key: 'bed', title: t('bed'), render: ({ ward, bed }) => `${ward.name} ${bed.label}` },
    { key: 'attending', title: t('attending'), render: ({ attending }) => attending.name },
    { key: 'admittedAt', title: t('admittedAt'), sort: 'admittedAt', render: ({ admittedAt }) => <When at={admittedAt} /> },
  ];
  return (
    <>
      <DataTable<Row>
        name={STAYS}
        label={t('views.stays')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        card={(row) => <Card row={row} />}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen(true)} data-testid="admit">
            {t('admit')}
          </Button>
        }
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noStays')} />}
        filters={
          <FilterBar
            list={list}
            filters={[
              {
                kind: 'choice',
                name: 'state',
                label: t('state'),
                options: STATES.map((value) => ({ value, label: t(`states.${value}`) })),
              },
              { kind: 'choice', name: 'wardId', label: t('ward'), options: wards.map(({ id, name }) => ({ value: id, label: name })) },
            ]}
          />
        }
      />
      <FormDialog<Values, { id: string }>
        title={t('admit')}
        open={open}
        onClose={() => setOpen(false)}
        send={admit}
        stale={STALE}
        onDone={({ id }) => go(`/inpatients/${id}`)}
      >
        <AdmitFields />
      </FormDialog>
    </>
  );
}
