import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PersonSelect } from '../blocks/person-select.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { inClinicZone, toClinicTime } from '../clock.ts';
import { findPeople } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';
import { TASKS } from './keys.ts';

const STATES = ['planned', 'done', 'cancelled'] as const;
const TONES: Record<(typeof STATES)[number], Tone> = { planned: 'info', done: 'good', cancelled: 'neutral' };

function load(staffId: string | undefined, { page, pageSize, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['state']);
  const query = { page, pageSize, ...(staffId && { staffId }), ...(state && { state }) };
  return dataOf(api.GET('/api/v1/dispatches', { params: { query }, signal }));
}
type Task = Awaited<ReturnType<typeof load>>['items'][number];

const finish = ({ id, version }: Task) =>
  dataOf(api.POST('/api/v1/dispatches/{id}/finish', { params: { path: { id } }, body: { version } }));
const cancel = ({ id, version }: Task) =>
  dataOf(api.POST('/api/v1/dispatches/{id}/cancel', { params: { path: { id } }, body: { version } }));

interface Values {
  staffId: string;
  startsAt: string;
  durationMinutes: number;
  locationInfo?: string;
  notes?: string;
}

function save(task: Task | null, { staffId, startsAt, durationMinutes, locationInfo, notes }: Values, key: string) {
  const time = { startsAt: new Date(inClinicZone(startsAt)).toISOString(), durationMinutes };
  const body = { staffId, ...time, locationInfo: locationInfo?.trim() || null, notes: notes?.trim() || null };
  if (!task) return dataOf(api.POST('/api/v1/dispatches', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
  return dataOf(api.PATCH('/api/v1/dispatches/{id}', { params: { path: { id: task.id } }, body: { ...body, version: task.version } }));
}

const shownValues = ({ staff, startsAt, durationMinutes, locationInfo, notes }: Task): Values => ({
  ...{ staffId: staff.id, startsAt: toClinicTime(Date.parse(startsAt)), durationMinutes },
  ...{ locationInfo: locationInfo ?? '', notes: notes ?? '' },
});

function Actions({ task, onEdit }: { task: Task; onEdit(task: Task): void }) {
  const t = useTexts('schedule');
  const shell = useTexts('shell');
  const manages = useMay()('schedules:manage');
  if (task.state !== 'planned') return null;
  const about = task.staff.name;
  return (
    <div className="clinic-actions">
      {manages && (
        <Button size="small" aria-label={`${t('changeTask')}: ${about}`} onClick={() => onEdit(task)} data-testid="task-edit">
          {t('changeTask')}
        </Button>
      )}
      {manages && (
        <ActionButton
          text={t('takeBack')}
          about={about}
          danger
          run={() => cancel(task)}
          ask={{ title: t('takeBackTitle'), confirm: t('takeBack'), cancel: shell('form.cancel'), danger: true }}
          done={t('taskStates.cancelled')}
          stale={[[TASKS]]}
          testId="task-cancel"
        />
      )}
      <ActionButton
        text={t('finish')}
        about={about}
        primary
        run={() => finish(task)}
        done={t('taskStates.done')}
        stale={[[TASKS]]}
        testId="task-finish"
      />
    </div>
  );
}

/** @param known whom the task is for, to be shown by name */
function Fields({ known }: { known: Task | null }) {
  const t = useTexts('schedule');
  return (
    <>
      <Form.Item name="staffId" label={t('who')} rules={[{ required: true }]}>
        <PersonSelect search={findPeople} known={known?.staff} none={t('nobody')} />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name="startsAt" label={t('start')} rules={[{ required: true }]}>
          <Input type="datetime-local" data-testid="task-start" />
        </Form.Item>
        <Form.Item name="durationMinutes" label={t('minutes')} rules={[{ required: true }]}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Form.Item name="locationInfo" label={t('place')}>
        <Input maxLength={200} data-testid="task-place" />
      </Form.Item>
      <Form.Item name="notes" label={t('note')}>
        <Input.TextArea rows={2} maxLength={500} />
      </Form.Item>
    </>
  );
}

/** Tasks of somebody; of everybody, with a button to give new ones, for those who manage schedules. */
export function TaskList({ staffId }: { staffId?: string }) {
  const t = useTexts('schedule');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Task | null>();
  const columns: Column<Task>[] = [
    { key: 'start', title: t('start'), pinned: true, render: ({ startsAt }) => <When at={startsAt} /> },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state }) => <StatusTag tone={TONES[state]}>{t(`taskStates.${state}`)}</StatusTag>,
    },
    { key: 'who', title: t('who'), render: ({ staff }) => staff.name },
    { key: 'minutes', title: t('minutes'), align: 'right', render: ({ durationMinutes }) => durationMinutes },
    { key: 'place', title: t('place'), render: ({ locationInfo }) => locationInfo ?? '—' },
    { key: 'note', title: t('note'), render: ({ notes }) => notes ?? '—' },
    {
      key: 'actions',
      title: shell('table.actions'),
      pinned: true,
      fixed: true,
      align: 'right',
      render: (task) => <Actions task={task} onEdit={setEdited} />,
    },
  ];
  const states = STATES.map((value) => ({ value, label: t(`taskStates.${value}`) }));
  return (
    <>
      <DataTable<Task>
        name={TASKS}
        label={t('views.tasks')}
        list={list}
        load={(state, signal) => load(staffId, state, signal)}
        columns={columns}
        rowKey={({ id }) => id}
        actions={
          staffId === undefined && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="task-add">
              {t('addTask')}
            </Button>
          )
        }
        filters={<FilterBar list={list} filters={[{ kind: 'choice', name: 'state', label: t('state'), options: states }]} />}
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'changeTask' : 'addTask')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[TASKS]]}
        initialValues={edited ? shownValues(edited) : { durationMinutes: 60 }}
      >
        <Fields known={edited ?? null} />
      </FormDialog>
    </>
  );
}
