import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, InputNumber } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { Figures } from '../blocks/figures.tsx';
import { FormDialog } from '../blocks/form-dialog.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { When } from '../blocks/when.tsx';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const BALANCE = 'user-balance';
const PATH = '/api/v1/users/{id}/balance';

const read = (id: string) => dataOf(api.GET(PATH, { params: { path: { id } } }));
function load(id: string, { page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET(`${PATH}/transactions`, { params: { path: { id }, query: { page, pageSize } }, signal }));
}
type Entry = Awaited<ReturnType<typeof load>>['items'][number];

interface Values {
  amount: number;
  note: string;
}
type Way = 'topUp' | 'adjust';

function send(id: string, way: Way, body: Values, key: string) {
  const call = { params: { path: { id } }, headers: { [IDEMPOTENCY_KEY]: key }, body };
  return dataOf(way === 'topUp' ? api.POST(`${PATH}/top-ups`, call) : api.POST(`${PATH}/adjustments`, call));
}

/** The money that somebody has at the clinic, and what moved it. */
export function UserBalance({ id }: { id: string }) {
  const t = useTexts('finance');
  const list = useListState();
  const [way, setWay] = useState<Way>();
  const { data } = useQuery({ queryKey: [BALANCE, id], queryFn: () => read(id) });
  const columns: Column<Entry>[] = [
    { key: 'kind', title: t('kind'), pinned: true, render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'amount', title: t('amount'), align: 'right', badge: true, render: ({ amount }) => <Money yuan={amount} signed /> },
    { key: 'after', title: t('after'), align: 'right', render: ({ after }) => <Money yuan={after} /> },
    { key: 'note', title: t('note'), render: ({ note }) => note ?? '—' },
    { key: 'actor', title: t('by'), render: ({ actorId }) => <Person id={actorId} /> },
    { key: 'at', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
  ];
  return (
    <section className="clinic-list">
      <Figures items={[{ label: t('balance'), value: data ? <Money yuan={data.balance} /> : '…' }]} />
      <DataTable<Entry>
        name={`${BALANCE}-list`}
        label={t('transactions')}
        list={list}
        load={(state, signal) => load(id, state, signal)}
        columns={columns}
        rowKey={({ entry }) => `${entry}`}
        actions={
          <>
            <Button onClick={() => setWay('adjust')} data-testid="balance-adjust">
              {t('adjust')}
            </Button>
            <Button type="primary" onClick={() => setWay('topUp')} data-testid="balance-top-up">
              {t('topUp')}
            </Button>
          </>
        }
      />
      <FormDialog<Values, unknown>
        title={t(way ?? 'topUp')}
        open={way !== undefined}
        onClose={() => setWay(undefined)}
        send={async (values, key) => way && send(id, way, values, key)}
        stale={[[BALANCE], [`${BALANCE}-list`]]}
      >
        <Form.Item name="amount" label={t('yuan')} rules={[{ required: true }]} {...(way === 'adjust' && { extra: t('adjustHint') })}>
          <InputNumber
            precision={2}
            prefix="¥"
            {...(way === 'topUp' && { min: 0.01 })}
            style={{ width: '100%' }}
            data-testid="balance-amount"
          />
        </Form.Item>
        <Form.Item name="note" label={t('note')} rules={[{ required: true, whitespace: true }]}>
          <Input maxLength={200} data-testid="balance-note" />
        </Form.Item>
      </FormDialog>
    </section>
  );
}
