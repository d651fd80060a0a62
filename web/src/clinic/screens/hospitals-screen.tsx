import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';

const HOSPITALS = 'hospitals';
const STALE = [[HOSPITALS]];

function load({ page, pageSize, filters: { keyword } }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/hospitals/all', { params: { query: { page, pageSize, ...(keyword && { keyword }) } }, signal }));
}
type Hospital = Awaited<ReturnType<typeof load>>['items'][number];
type Values = Omit<Hospital, 'id' | 'linked' | 'enabled'>;

const at = (id: string) => ({ params: { path: { id } } });
const change = (id: string, body: Partial<Values> & { enabled?: boolean }) =>
  dataOf(api.PATCH('/api/v1/hospitals/{id}', { ...at(id), body }));
const remove = (id: string) => dataOf(api.DELETE('/api/v1/hospitals/{id}', at(id)));
const textOrNull = (text: string | null | undefined): string | null => text?.trim() || null;

function save(hospital: Hospital | null, { level, phone, introduction, systemKey, systemId, ...values }: Values, key: string) {
  const texts = { level: textOrNull(level), phone: textOrNull(phone), introduction: textOrNull(introduction) };
  const body = { ...values, ...texts, systemKey: textOrNull(systemKey), systemId: textOrNull(systemId) };
  return hospital ? change(hospital.id, body) : dataOf(api.POST('/api/v1/hospitals', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Actions({ hospital, onEdit }: { hospital: Hospital; onEdit(hospital: Hospital): void }) {
  const t = useTexts('hospitals');
  const { id, name, enabled } = hospital;
  return (
    <div className="clinic-actions">
      <Button size="small" aria-label={`${t('edit')}: ${name}`} onClick={() => onEdit(hospital)} data-testid="hospital-edit">
        {t('edit')}
      </Button>
      <ActionButton
        text={t(enabled ? 'hide' : 'show')}
        about={name}
        run={() => change(id, { enabled: !enabled })}
        {...(enabled && { ask: { title: t('hideTitle', { name }), confirm: t('hide') } })}
        done={t('changed')}
        stale={STALE}
        testId="hospital-toggle"
      />
      <ActionButton
        text={t('delete')}
        about={name}
        danger
        run={() => remove(id)}
        ask={{ title: t('deleteTitle', { name }), confirm: t('delete'), danger: true }}
        done={t('deleted')}
        stale={STALE}
        testId="hospital-delete"
      />
    </div>
  );
}

function Fields() {
  const t = useTexts('hospitals');
  const required = [{ required: true, whitespace: true }];
  return (
    <>
      <div className="clinic-form-pair">
        <Form.Item name="code" label={t('code')} rules={required}>
          <Input maxLength={40} data-testid="hospital-code" />
        </Form.Item>
        <Form.Item name="level" label={t('level')} extra={t('levelHint')}>
          <Input maxLength={20} />
        </Form.Item>
      </div>
      <Form.Item name="name" label={t('name')} rules={required}>
        <Input maxLength={100} data-testid="hospital-name" />
      </Form.Item>
      <Form.Item name="address" label={t('address')} rules={required}>
        <Input maxLength={200} data-testid="hospital-address" />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name="longitude" label={t('longitude')} extra={t('degrees', { example: '116.4174' })} rules={[{ required: true }]}>
          <InputNumber min={-180} max={180} style={{ width: '100%' }} data-testid="hospital-longitude" />
        </Form.Item>
        <Form.Item name="latitude" label={t('latitude')} extra={t('degrees', { example: '39.9137' })} rules={[{ required: true }]}>
          <InputNumber min={-85} max={85} style={{ width: '100%' }} data-testid="hospital-latitude" />
        </Form.Item>
      </div>
      <Form.Item name="phone" label={t('phone')}>
        <Input maxLength={40} />
      </Form.Item>
      <Form.Item name="introduction" label={t('introduction')}>
        <Input.TextArea rows={3} maxLength={5_000} />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name="systemKey" label={t('systemKey')} extra={t('systemKeyHint')}>
          <Input maxLength={40} />
        </Form.Item>
        <Form.Item name="systemId" label={t('systemId')}>
          <Input maxLength={100} />
        </Form.Item>
      </div>
    </>
  );
}

/** `/clinic/hospitals`: add, change, hide and delete hospitals. */
export default function HospitalsScreen() {
  const t = useTexts('hospitals');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Hospital | null>();
  const columns: Column<Hospital>[] = [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => <span className="clinic-break">{name}</span> },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ enabled }) => <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'on' : 'off')}</StatusTag>,
    },
    { key: 'level', title: t('level'), render: ({ level }) => level ?? '—' },
    { key: 'address', title: t('address'), render: ({ address }) => <span className="clinic-break">{address}</span> },
    { key: 'code', title: t('code'), render: ({ code }) => code },
    { key: 'system', title: t('systemKey'), hidden: true, render: ({ systemKey }) => systemKey ?? '—' },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (hospital) => <Actions hospital={hospital} onEdit={setEdited} />,
    },
  ];
  const add = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="hospital-add">
      {t('add')}
    </Button>
  );
  return (
    <>
      <PageHeader title={shell('screens.hospitals')} lead={t('lead')} actions={add} />
      <DataTable<Hospital>
        name={HOSPITALS}
        label={shell('screens.hospitals')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        filters={<FilterBar list={list} filters={[{ kind: 'text', name: 'keyword', label: t('keyword') }]} />}
      />
      <FormDialog<Values, unknown>
        title={edited ? t('editThing', { name: edited.name }) : t('addHospital')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={STALE}
        {...(edited && { initialValues: edited })}
      >
        <Fields />
      </FormDialog>
    </>
  );
}
