import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { inClinicZone, useNow } from '../clock.ts';
import { useTexts } from '../texts/areas.ts';
import { LEAVES, SCHEDULE } from './keys.ts';

const STATES = ['requested', 'approved', 'rejected', 'withdrawn'] as const;
const TONES: Record<(typeof STATES)[number], Tone> = { requested: 'warn', approved: 'good', rejected: 'bad', withdrawn: 'neutral' };
const KINDS = ['annual', 'sick', 'training', 'other'] as const;
const STALE = [[LEAVES], [SCHEDULE]];

function load(practitionerId: string | undefined, { page, pageSize, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['state']);
  const query = { page, pageSize, ...(practitionerId && { practitionerId }), ...(state && { state }) };
  return dataOf(api.GET('/api/v1/leaves', { params: { query }, signal }));
}
type Leave = Awaited<ReturnType<typeof load>>['items'][number];

const withdraw = (id: string) => dataOf(api.POST('/api/v1/leaves/{id}/withdraw', { params: { path: { id } } }));
const approve = ({ id, version }: Leave) =>
  dataOf(api.POST('/api/v1/leaves/{id}/approve', { params: { path: { id } }, body: { version } }));
const reject = ({ id, version }: Leave, note: string) =>
  dataOf(api.POST('/api/v1/leaves/{id}/reject', { params: { path: { id } }, body: { version, note } }));
const readAffected = async (id: string) => (await dataOf(api.GET('/api/v1/leaves/{id}', { params: { path: { id } } }))).affected;

/** How many appointments an approval would move or call off. */
function Affected({ id }: { id: string }) {
  const t = useTexts('schedule');
  const { data } = useQuery({ queryKey: [LEAVES, id], queryFn: () => readAffected(id) });
  return data === undefined ? null : <>{t(data === 0 ? 'affectsNobody' : 'affects', { count: data })}</>;
}

function Actions({ leave }: { leave: Leave }) {
  const t = useTexts('schedule');
  const decides = useMay()('schedules:manage');
  const { id, state, practitioner } = leave;
  const { name } = practitioner;
  const open = state === 'requested';
  const now = useNow();
  return (
    <div className="clinic-actions">
      {(open || state === 'approved') && Date.parse(leave.endsAt) > now && (
        <ActionButton
          text={t('withdraw')}
          about={name}
          run={() => withdraw(id)}
          ask={{ title: t('withdrawTitle'), confirm: t('withdraw'), danger: true }}
          done={t('withdrawn')}
          stale={STALE}
          testId="leave-withdraw"
        />
      )}
      {open && decides && (
        <>
          <ActionButton
            text={t('reject')}
            about={name}
            danger
            run={(note) => reject(leave, note)}
            ask={{ title: t('rejectTitle', { name }), confirm: t('reject'), danger: true, reason: { required: true } }}
            done={t('leaveStates.rejected')}
            stale={STALE}
            testId="leave-reject"
          />
          <ActionButton
            text={t('approve')}
            about={name}
            primary
            run={() => approve(leave)}
            ask={{ title: t('approveTitle', { name }), text: <Affected id={id} />, confirm: t('approve') }}
            done={t('leaveStates.approved')}
            stale={STALE}
            testId="leave-approve"
          />
        </>
      )}
    </div>
  );
}

function useColumns(everybody: boolean): Column<Leave>[] {
  const t = useTexts('schedule');
  const shell = useTexts('shell');
  const who = everybody ? [{ key: 'who', title: t('who'), pinned: true, render: ({ practitioner }: Leave) => practitioner.name }] : [];
  return [
    ...who,
    {
      ...{ key: 'time', title: t('time'), pinned: true },
      render: ({ startsAt, endsAt }) => (
        <>
          <When at={startsAt} /> – <When at={endsAt} />
        </>
      ),
    },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`leaveStates.${state}`)}</StatusTag>,
    },
    { key: 'kind', title: t('leaveKind'), render: ({ kind }) => t(`leaveKinds.${kind}`) },
    { key: 'reason', title: t('reason'), render: ({ reason }) => reason ?? '—' },
    { key: 'note', title: t('decision'), render: ({ note, decidedBy }) => [decidedBy?.name, note].filter(Boolean).join(': ') || '—' },
    {
      key: 'actions',
      title: shell('table.actions'),
      pinned: true,
      fixed: true,
      align: 'right',
      render: (leave) => <Actions leave={leave} />,
    },
  ];
}

interface Values {
  kind: (typeof KINDS)[number];
  startsAt: string;
  endsAt: string;
  reason?: string;
}
const utc = (local: string) => new Date(inClinicZone(local)).toISOString();

function ask(id: string, { kind, startsAt, endsAt, reason }: Values, key: string) {
  const body = { kind, startsAt: utc(startsAt), endsAt: utc(endsAt), reason: reason?.trim() || null };
  return dataOf(api.POST('/api/v1/practitioners/{id}/leaves', { params: { path: { id } }, headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Fields() {
  const t = useTexts('schedule');
  return (
    <>
      <Form.Item name="kind" label={t('leaveKind')} rules={[{ required: true }]}>
        <Select options={KINDS.map((value) => ({ value, label: t(`leaveKinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="startsAt" label={t('from')} rules={[{ required: true }]}>
        <Input type="datetime-local" data-testid="leave-from" />
      </Form.Item>
      <Form.Item name="endsAt" label={t('until')} rules={[{ required: true }]}>
        <Input type="datetime-local" data-testid="leave-until" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
    </>
  );
}

/** Leave of a practitioner with a button to ask for more; of everybody without one. */
export function LeaveList({ id }: { id?: string }) {
  const t = useTexts('schedule');
  const list = useListState();
  const [open, setOpen] = useState(false);
  const states = STATES.map((value) => ({ value, label: t(`leaveStates.${value}`) }));
  return (
    <>
      <DataTable<Leave>
        name={LEAVES}
        label={t('views.leave')}
        list={list}
        load={(state, signal) => load(id, state, signal)}
        columns={useColumns(id === undefined)}
        rowKey={(leave) => leave.id}
        actions={
          id !== undefined && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setOpen(true)} data-testid="leave-add">
              {t('askLeave')}
            </Button>
          )
        }
        filters={<FilterBar list={list} filters={[{ kind: 'choice', name: 'state', label: t('state'), options: states }]} />}
      />
      <FormDialog<Values, unknown>
        title={t('askLeave')}
        open={open}
        onClose={() => setOpen(false)}
        send={(values, key) => ask(id ?? '', values, key)}
        submit={t('send')}
        stale={STALE}
        initialValues={{ kind: 'annual' }}
      >
        <Fields />
      </FormDialog>
    </>
  );
}
