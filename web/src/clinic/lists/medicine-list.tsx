import { PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';
import { EnabledActions } from './enabled-actions.tsx';

const MEDICINES = 'medicines';
const SORTS = ['name', '-name', 'code', '-code', 'createdAt', '-createdAt'] as const;

function load({ page, pageSize, sort, filters: { keyword, enabled } }: ListState, signal: AbortSignal) {
  const order = SORTS.find((known) => known === sort);
  const state = (['true', 'false'] as const).find((known) => known === enabled);
  const query = { page, pageSize, ...(order && { sort: order }), ...(keyword && { keyword }), ...(state && { enabled: state }) };
  return dataOf(api.GET('/api/v1/medicines', { params: { query }, signal }));
}
type Medicine = Awaited<ReturnType<typeof load>>['items'][number];

interface Values {
  code: string;
  name: string;
  nameEn?: string | null;
  ingredients: string[];
  specification: string;
  unit: string;
  prescriptionOnly: boolean;
}

const change = (id: string, body: Partial<Values> & { enabled?: boolean }) =>
  dataOf(api.PATCH('/api/v1/medicines/{id}', { params: { path: { id } }, body }));

function save(medicine: Medicine | null, { nameEn, ...values }: Values, key: string) {
  const body = { ...values, nameEn: nameEn?.trim() || null };
  return medicine ? change(medicine.id, body) : dataOf(api.POST('/api/v1/medicines', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

function Fields() {
  const t = useTexts('medicines');
  const required = [{ required: true, whitespace: true }];
  return (
    <>
      <Form.Item name="code" label={t('code')} rules={required}>
        <Input maxLength={40} data-testid="medicine-code" />
      </Form.Item>
      <Form.Item name="name" label={t('name')} rules={required}>
        <Input maxLength={100} data-testid="medicine-name" />
      </Form.Item>
      <Form.Item name="nameEn" label={t('nameEn')}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="ingredients" label={t('ingredients')} extra={t('ingredientsHint')} rules={[{ required: true }]}>
        <Select mode="tags" tokenSeparators={[',', ' ']} maxCount={20} notFoundContent={null} data-testid="medicine-ingredients" />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name="specification" label={t('specification')} rules={required}>
          <Input maxLength={100} data-testid="medicine-specification" />
        </Form.Item>
        <Form.Item name="unit" label={t('unit')} rules={required}>
          <Input maxLength={20} data-testid="medicine-unit" />
        </Form.Item>
      </div>
      <Form.Item name="prescriptionOnly" valuePropName="checked">
        <Checkbox>{t('prescriptionOnly')}</Checkbox>
      </Form.Item>
    </>
  );
}

/** Medicines: to add, to change, to take out of use. */
export function MedicineList() {
  const t = useTexts('medicines');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Medicine | null>();
  const columns: Column<Medicine>[] = [
    { key: 'name', title: t('name'), pinned: true, sort: 'name', render: ({ name }) => name },
    { key: 'code', title: t('code'), sort: 'code', render: ({ code }) => code },
    { key: 'specification', title: t('specification'), render: ({ specification, unit }) => `${specification} / ${unit}` },
    { key: 'ingredients', title: t('ingredients'), render: ({ ingredients }) => ingredients.join(', ') },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ enabled }) => <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'on' : 'off')}</StatusTag>,
    },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (medicine) => (
        <EnabledActions
          about={medicine.name}
          enabled={medicine.enabled}
          onEdit={() => setEdited(medicine)}
          onSwitch={(enabled) => change(medicine.id, { enabled })}
          ask={{ title: t('disableMedicine', { name: medicine.name }) }}
          list={MEDICINES}
          testId="medicine"
        />
      ),
    },
  ];
  return (
    <>
      <DataTable<Medicine>
        name={MEDICINES}
        label={t('views.medicines')}
        list={list}
        load={load}
        columns={columns}
        usualSort="name"
        rowKey={({ id }) => id}
        actions={
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="medicine-add">
            {t('add')}
          </Button>
        }
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'text', name: 'keyword', label: t('keyword') },
              {
                ...{ kind: 'choice', name: 'enabled', label: t('state') },
                options: [
                  { value: 'true', label: t('on') },
                  { value: 'false', label: t('off') },
                ],
              },
            ]}
          />
        }
      />
      <FormDialog<Values, unknown>
        title={edited ? t('editThing', { name: edited.name }) : t('addMedicine')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[MEDICINES]]}
        initialValues={edited ?? { ingredients: [], prescriptionOnly: true }}
      >
        <Fields />
      </FormDialog>
    </>
  );
}
