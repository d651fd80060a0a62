import { PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Switch } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useTexts } from '../texts/areas.ts';
import { SpecialPrices } from './special-prices.tsx';

const ALL = 'services-all';

interface Values {
  name: string;
  category: string;
  description?: string;
  price: number;
  durationMinutes: number;
  sortOrder?: number;
  isActive?: boolean;
}

function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/services/all', { params: { query: { page, pageSize } }, signal }));
}
type Service = Awaited<ReturnType<typeof load>>['items'][number];

function save(service: Service | null, { description, isActive = true, sortOrder = 0, ...values }: Values, key: string) {
  const body = { ...values, sortOrder, description: description?.trim() || null };
  return service
    ? dataOf(api.PATCH('/api/v1/services/{id}', { params: { path: { id: service.id } }, body: { ...body, isActive } }))
    : dataOf(api.POST('/api/v1/services', { headers: { [IDEMPOTENCY_KEY]: key }, body }));
}

interface RowProps {
  service: Service;
  onEdit(service: Service): void;
  onPrices(service: Service): void;
}

function Actions({ service, onEdit, onPrices }: RowProps) {
  const t = useTexts('admin');
  return (
    <div className="clinic-actions">
      <Button size="small" onClick={() => onPrices(service)} data-testid="service-prices">
        {t('prices')}
      </Button>
      <Button size="small" onClick={() => onEdit(service)} data-testid="service-edit">
        {t('edit')}
      </Button>
    </div>
  );
}

function State({ on }: { on: boolean }) {
  const t = useTexts('admin');
  return <StatusTag tone={on ? 'good' : 'neutral'}>{t(on ? 'offered' : 'notOffered')}</StatusTag>;
}

function Card(props: RowProps) {
  const t = useTexts('admin');
  const { name, price, durationMinutes, isActive } = props.service;
  return (
    <article className="clinic-card" data-testid="service-card">
      <div className="clinic-card-head">
        <h2>{name}</h2>
        <State on={isActive} />
      </div>
      <p>
        <Money yuan={price} /> · {t('minutes', { count: durationMinutes })}
      </p>
      <Actions {...props} />
    </article>
  );
}

function Fields({ service }: { service: Service | null }) {
  const t = useTexts('admin');
  const required = [{ required: true }];
  return (
    <>
      <Form.Item name="name" label={t('name')} rules={required}>
        <Input maxLength={100} data-testid="service-name" />
      </Form.Item>
      <Form.Item name="category" label={t('category')} rules={required}>
        <Input maxLength={32} />
      </Form.Item>
      <Form.Item name="description" label={t('description')}>
        <Input.TextArea rows={2} maxLength={1_000} />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name="price" label={t('price')} rules={required}>
          <InputNumber min={0} precision={2} prefix="¥" style={{ width: '100%' }} data-testid="service-price" />
        </Form.Item>
        <Form.Item name="durationMinutes" label={t('duration')} rules={required}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="sortOrder" label={t('order')}>
          <InputNumber precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      {service && (
        <Form.Item name="isActive" label={t('offered')} valuePropName="checked">
          <Switch />
        </Form.Item>
      )}
    </>
  );
}

function useColumns(handlers: Pick<RowProps, 'onEdit' | 'onPrices'>): Column<Service>[] {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  return [
    { key: 'name', title: t('name'), pinned: true, render: ({ name }) => name },
    { key: 'category', title: t('category'), render: ({ category }) => category },
    { key: 'price', title: t('price'), align: 'right', render: ({ price }) => <Money yuan={price} /> },
    { key: 'duration', title: t('duration'), align: 'right', render: ({ durationMinutes }) => t('minutes', { count: durationMinutes }) },
    { key: 'state', title: t('state'), render: ({ isActive }) => <State on={isActive} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (service) => <Actions service={service} {...handlers} />,
    },
  ];
}

/** `/clinic/services`: what can be booked and what it costs. */
export default function ServicesScreen() {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  const list = useListState();
  /** null: a new one; absent: the dialog is closed. */
  const [edited, setEdited] = useState<Service | null>();
  const [priced, setPriced] = useState<Service>();
  const handlers = { onEdit: setEdited, onPrices: setPriced };
  const columns = useColumns(handlers);
  const create = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setEdited(null)} data-testid="service-add">
      {t('addService')}
    </Button>
  );
  return (
    <>
      <PageHeader title={shell('screens.services')} lead={t('intro.services')} actions={create} />
      <DataTable<Service>
        name={ALL}
        label={shell('screens.services')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        card={(service) => <Card service={service} {...handlers} />}
      />
      <FormDialog<Values, unknown>
        title={t(edited ? 'edit' : 'addService')}
        open={edited !== undefined}
        onClose={() => setEdited(undefined)}
        send={(values, key) => save(edited ?? null, values, key)}
        stale={[[ALL], ['services']]}
        initialValues={edited ? { ...edited, description: edited.description ?? '' } : { category: 'consultation', durationMinutes: 30 }}
      >
        <Fields service={edited ?? null} />
      </FormDialog>
      {priced && <SpecialPrices service={priced} onClose={() => setPriced(undefined)} />}
    </>
  );
}
