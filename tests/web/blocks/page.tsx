/** Every block of the clinic on one page, against the API of `tests/support/blocks.ts`. */
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiForm } from '../../../web/src/clinic/blocks/api-form.tsx';
import { Chart } from '../../../web/src/clinic/blocks/chart.tsx';
import { useConfirm } from '../../../web/src/clinic/blocks/confirm.tsx';
import { type Column, DataTable, type Listed } from '../../../web/src/clinic/blocks/data-table.tsx';
import { Facts } from '../../../web/src/clinic/blocks/facts.tsx';
import { FilterBar } from '../../../web/src/clinic/blocks/filter-bar.tsx';
import { type ListState, searchOf } from '../../../web/src/clinic/blocks/list-query.ts';
import { useListState } from '../../../web/src/clinic/blocks/list-state.ts';
import { Masked } from '../../../web/src/clinic/blocks/masked.tsx';
import { Money } from '../../../web/src/clinic/blocks/money.tsx';
import { PageHeader } from '../../../web/src/clinic/blocks/page-header.tsx';
import { StatusTag, type Tone } from '../../../web/src/clinic/blocks/status-tag.tsx';
import { When } from '../../../web/src/clinic/blocks/when.tsx';
import { failureOf } from '../../../web/src/api/client.ts';
import { startLanguage, switchLanguage } from '../../../web/src/i18n/index.ts';
import { styled } from '../../../web/src/styles/styled.ts';

interface Order {
  id: string;
  person: string;
  paid: string;
  at: string;
  tone: Tone;
}

/** As the typed client does it for addresses that the real API has. */
async function ask<T>(path: string, body?: object): Promise<T> {
  const init = body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {};
  const response = await fetch(`/api/v1${path}`, init);
  const envelope = (await response.json()) as { data: T };
  if (!response.ok) throw failureOf(envelope, response);
  return envelope.data;
}

const load = (state: ListState): Promise<Listed<Order>> => ask(`/orders?${searchOf(state)}`);
const columns: Column<Order>[] = [
  { key: 'id', title: 'Order', pinned: true, sort: 'id', render: ({ id }) => id },
  { key: 'person', title: 'Person', render: ({ person }) => person },
  { key: 'paid', title: 'Paid', align: 'right', sort: 'paid', render: ({ paid }) => <Money yuan={paid} /> },
  { key: 'at', title: 'At', render: ({ at }) => <When at={at} /> },
  { key: 'state', title: 'State', hidden: true, render: ({ tone }) => <StatusTag tone={tone}>{tone}</StatusTag> },
];

function Orders() {
  const list = useListState();
  return (
    <DataTable<Order>
      name="orders"
      label="Orders"
      list={list}
      load={load}
      columns={columns}
      rowKey={({ id }) => id}
      card={({ id, person, paid }) => (
        <article className="clinic-card">
          <h2>{id}</h2>
          <p>{person}</p>
          <Money yuan={paid} />
        </article>
      )}
      exported={{ path: '/api/v1/orders.csv', fileName: 'orders.csv' }}
      filters={
        <FilterBar
          list={list}
          filters={[
            { kind: 'text', name: 'keyword', label: 'Person' },
            { kind: 'day', name: 'from', label: 'From' },
            { kind: 'choice', name: 'state', label: 'State', options: [{ value: 'paid', label: 'Paid' }] },
          ]}
        />
      }
    />
  );
}

function Change() {
  const confirm = useConfirm();
  const [answer, setAnswer] = useState('');
  async function remove(): Promise<void> {
    const sure = await confirm({
      title: 'Refund?',
      text: 'The money goes back.',
      confirm: 'Refund',
      danger: true,
      reason: { required: true, max: 20 },
    });
    setAnswer(sure ? `because ${sure.reason}` : 'kept');
  }
  return (
    <>
      <Button danger onClick={() => void remove()} data-testid="refund">
        Refund
      </Button>
      <output data-testid="refund-answer">{answer}</output>
    </>
  );
}

function OrderForm() {
  const [made, setMade] = useState('');
  return (
    <>
      <ApiForm<{ dose: string; note?: string }, { id: string }>
        send={(values, key) => ask('/orders', { ...values, key })}
        rename={{ amount: 'dose' }}
        onDone={({ id }) => setMade(id)}
      >
        <Form.Item name="dose" label="Dose" rules={[{ required: true }]}>
          <Input data-testid="dose" />
        </Form.Item>
        <Form.Item name="note" label="Note">
          <Input data-testid="note" />
        </Form.Item>
      </ApiForm>
      <output data-testid="order-made">{made}</output>
    </>
  );
}

const TONES: Tone[] = ['neutral', 'info', 'good', 'warn', 'bad'];
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'];
const SERIES = [
  { name: 'Visits', values: [4, 8, 15, 16, 23] },
  { name: 'Cancelled', values: [1, null, 3, 2, 4] },
];

function Blocks() {
  return (
    <main className="clinic-main">
      <PageHeader title="Blocks" lead="All of them" actions={<Button onClick={switchLanguage}>Language</Button>} />
      <Facts
        items={[
          {
            label: 'Phone',
            value: <Masked value="138****5678" label="phone" reveal={async () => (await ask<{ phone: string }>('/phone')).phone} />,
          },
          { label: 'Balance', value: <Money yuan="-1234567.8" /> },
          { label: 'Change', value: <Money yuan={12} signed /> },
          { label: 'State', value: TONES.map((tone) => <StatusTag key={tone} tone={tone} children={tone} />) },
          { label: 'Nothing', value: null },
          { label: 'Soon', value: <When at={new Date(Date.now() + 7_260_000).toISOString()} relative /> },
          { label: 'Day', value: <When at="2020-02-29T20:00:00.000Z" precision="day" /> },
        ]}
      />
      <Change />
      <Orders />
      <OrderForm />
      <Chart title="Visits a day" kind="line" x={DAYS} series={SERIES} />
      <Chart title="Visits by day" kind="bar" x={DAYS} series={SERIES} />
      <Chart title="Share" kind="pie" x={DAYS} series={SERIES.slice(0, 1)} />
    </main>
  );
}

await Promise.all([startLanguage(), styled()]);
// As the app does it: the clinic's texts are added to those that are there.
const { Surroundings } = await import('../../../web/src/clinic/clinic.tsx');
createRoot(document.getElementById('root')!).render(
  <Surroundings>
    <Blocks />
  </Surroundings>,
);
