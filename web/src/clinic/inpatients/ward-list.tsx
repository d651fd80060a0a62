import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input, Select, Switch } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { useMay } from '../access.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { type Ward, WARDS } from './wards.ts';

function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/wards', { params: { query: { page, pageSize } }, signal }));
}

interface Values {
  code: string;
  name: string;
  departmentId?: string;
  enabled: boolean;
}
function save(ward: Ward | null, { code, name, departmentId, enabled }: Values, key: string) {
  const body = { code, name, departmentId: departmentId ?? null };
  return ward
    ? dataOf(api.PATCH('/api/v1/wards/{id}', { params: { path: { id: ward.id } }, body: { ...body, enabled } }))
    : dataOf(api.POST('/api/v1/wards', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

const readDepartments = async () => (await dataOf(api.GET('/api/v1/departments', { params: { query: { pageSize: 100 } } }))).items;

function Fields({ ward }: { ward: Ward | null }) {
  const t = useTexts('inpatients');
  const { data = [] } = useQuery({ queryKey: ['departments', 'choice'], queryFn: readDepartments, staleTime: 60_000 });
  const required = [{ required: true, whitespace: true }];
  return (
    <>
      <Form.Item name="code" label={t('code')} rules={required}>
        <Input maxLength={40} data-testid="ward-code" />
      </Form.Item>
      <Form.Item name="name" label={t('name')} rules={required}>
        <Input maxLength={100} data-testid="ward-name" />
      </Form.Item>
      <Form.Item name="departmentId" label={t('department')}>
        <Select allowClear options={data.map(({ id, name }) => ({ value: id, label: name }))} />
      </Form.Item>
      {ward && (
        <Form.Item name="enabled" label={t('enabled')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </>
  );
}

function State({ enabled }: { enabled: boolean }) {
  const t = useTexts('inpatients');
  return enabled ? null : <StatusTag tone="neutral">{t('bedStates.closed')}</StatusTag>;
}

interface CardProps {
  ward: Ward;
  actions: React.ReactNode;
}

function Card({ ward, actions }: CardProps) {
  const t = useTexts('inpatients');
  return (
    <article className="clinic-card" data-testid="ward-card">
      <div className="clinic-card-head">
        <h2>
          <Link to={to(`/wards/${ward.id}`)}>{ward.name}</Link>
        </h2>
        <State enabled={ward.enabled} />
      </div>
      <p>{`${ward.code} · ${t('occupied')} ${ward.occupied} / ${ward.beds}`}</p>
      {actions}
    </article>
  );
}

/** Wards with how many of their beds are taken. */
export function WardList() {
  const t = useTexts('inpatients');
  const shell = useTexts('shell');
  const list = useListState();
  const mayChange = useMay()('departments:manage');
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Ward | null>();
  const edit = (ward: Ward) =>
    mayChange && (
      <Button size="small" aria-label={`${t('editWard')}: ${ward.name}`} onClick={() => setEdited(ward)} data-testid="ward-edit">
        {t('editWard')}
      </Button>
    );
  const columns: Column<Ward>[] = [
    { key: 'name', title: t('name'), pinned: true, render: ({ id, name }) => <Link to={to(`/wards/${id}`)}>{name}</Link> },
    { key: 'code', title: t('code'), render: ({ code }) => code },
    { key: 'beds', title: t('beds'), align: 'right', render: ({ beds }) => beds },
    { key: 'occupied', title: t('occupied'), align: 'right', render: ({ occupied }) => occupied },
    { key: 'state', title: t('state'), render: ({ enabled }) => <State enabled={enabled} /> },
    { key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right', render: edit },
  ];
  return (
    <>
      <DataTable<Ward>
        name={WARDS}
        label={t('views.wards')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        actions={
          mayChange && (
            <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="ward-add">
              {t('addWard')}
            </Button>
          )
        }
        card={(ward) => <Card ward={ward} actions={edit(ward)} />}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noWards')} />}
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'editWard' : 'addWard')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[WARDS]]}
        initialValues={edited ? { ...edited, departmentId: edited.departmentId ?? undefined } : { enabled: true }}
      >
        <Fields ward={edited ?? null} />
      </FormDialog>
    </>
  );
}
