import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

/** Beginnings of the keys of the lists of all and of those that take bookings. */
const ALL = 'departments-all';
const STALE = [[ALL], ['departments']];

interface Values {
  code: string;
  name: string;
  description?: string;
  sortOrder?: number;
}

function load({ page, pageSize, filters: { keyword } }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/departments/all', { params: { query: { page, pageSize, ...(keyword && { keyword }) } }, signal }));
}
type Department = Awaited<ReturnType<typeof load>>['items'][number];

function save(department: Department | null, { code, name, description, sortOrder = 0 }: Values, key: string) {
  const body = { code, name, description: description?.trim() || null, sortOrder };
  return department
    ? dataOf(api.PATCH('/api/v1/departments/{id}', { params: { path: { id: department.id } }, body }))
    : dataOf(api.POST('/api/v1/departments', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

const toggle = ({ id, enabled }: Department) => {
  const params = { path: { id } };
  return dataOf(
    enabled ? api.POST('/api/v1/departments/{id}/disable', { params }) : api.POST('/api/v1/departments/{id}/enable', { params }),
  );
};

interface RowProps {
  department: Department;
  onEdit(department: Department): void;
}

function Actions({ department, onEdit }: RowProps) {
  const t = useTexts('admin');
  const confirm = useConfirm();
  const { name, enabled } = department;
  const { run, busy } = useAction({ run: toggle, done: t('changed'), stale: STALE });
  async function ask(): Promise<void> {
    const sure = !enabled || (await confirm({ title: t('disableTitle', { name }), confirm: t('disable'), danger: true }));
    if (sure) run(department);
  }
  return (
    <div className="clinic-actions">
      <Button size="small" aria-label={`${t('edit')}: ${name}`} onClick={() => onEdit(department)} data-testid="department-edit">
        {t('edit')}
      </Button>
      <Button size="small" danger={enabled} loading={busy} onClick={() => void ask()} data-testid="department-toggle">
        {t(enabled ? 'disable' : 'enable')}
      </Button>
    </div>
  );
}

function State({ enabled }: { enabled: boolean }) {
  const t = useTexts('admin');
  return <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'enabled' : 'disabled')}</StatusTag>;
}

function Card(props: RowProps) {
  const { code, name, enabled } = props.department;
  return (
    <article className="clinic-card" data-testid="department-card">
      <div className="clinic-card-head">
        <h2>{name}</h2>
        <State enabled={enabled} />
      </div>
      <p>{code}</p>
      <Actions {...props} />
    </article>
  );
}

function Fields() {
  const t = useTexts('admin');
  const required = [{ required: true, whitespace: true }];
  return (
    <>
      <Form.Item name="code" label={t('code')} rules={required}>
        <Input maxLength={32} data-testid="department-code" />
      </Form.Item>
      <Form.Item name="name" label={t('name')} rules={required}>
        <Input maxLength={60} data-testid="department-name" />
      </Form.Item>
      <Form.Item name="description" label={t('description')}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <Form.Item name="sortOrder" label={t('order')} extra={t('orderHint')}>
        <InputNumber precision={0} />
      </Form.Item>
    </>
  );
}

function useColumns(onEdit: RowProps['onEdit']): Column<Department>[] {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  return [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => name },
    { key: 'code', title: t('code'), render: ({ code }) => code },
    { key: 'state', title: t('state'), render: ({ enabled }) => <State enabled={enabled} /> },
    { key: 'order', title: t('order'), align: 'right', render: ({ sortOrder }) => sortOrder },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (department) => <Actions department={department} onEdit={onEdit} />,
    },
  ];
}

/** `/clinic/departments`: add, change, enable and disable departments. */
export default function DepartmentsScreen() {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Department | null>();
  const columns = useColumns(setEdited);
  const actions = (
    <>
      <Button onClick={() => go('/inpatients?view=wards')} data-testid="wards">
        {t('wards')}
      </Button>
      <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="department-add">
        {t('add')}
      </Button>
    </>
  );
  return (
    <>
      <PageHeader title={shell('screens.departments')} lead={t('intro.departments')} actions={actions} />
      <DataTable<Department>
        name={ALL}
        label={shell('screens.departments')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        card={(department) => <Card department={department} onEdit={setEdited} />}
        filters={<FilterBar list={list} filters={[{ kind: 'text', name: 'keyword', label: t('keyword') }]} />}
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'edit' : 'add')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={STALE}
        initialValues={edited ? { ...edited, description: edited.description ?? '' } : { sortOrder: 0 }}
      >
        <Fields />
      </FormDialog>
    </>
  );
}
