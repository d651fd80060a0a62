import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { type Order, ORDER_TONES } from '../booking.ts';
import { periodOf } from '../clock.ts';
import { Person } from '../people.tsx';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

const STATES = Object.keys(ORDER_TONES) as Order['status'][];

function load({ page, pageSize, sort, filters }: ListState, signal: AbortSignal) {
  const status = STATES.find((known) => known === filters['status']);
  const { orderNo } = filters;
  const order: 'createdAt' | '-createdAt' = sort === 'createdAt' ? sort : '-createdAt';
  const query = { page, pageSize, sort: order, ...(status && { status }), ...(orderNo && { orderNo }), ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/orders', { params: { query }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

/** Orders of everybody. */
export function OrderList() {
  const t = useTexts('finance');
  const booking = useTexts('booking');
  const list = useListState();
  const columns: Column<Row>[] = [
    { key: 'no', title: t('order'), pinned: true, render: ({ id, orderNo }) => <Link to={to(`/orders/${id}`)}>{orderNo}</Link> },
    {
      ...{ key: 'status', title: t('state'), badge: true },
      render: ({ status }) => <StatusTag tone={ORDER_TONES[status]}>{booking(`orderStates.${status}`)}</StatusTag>,
    },
    { key: 'title', title: t('what'), render: ({ title }) => title },
    { key: 'payer', title: t('payer'), render: ({ userId }) => <Person id={userId} /> },
    { key: 'amount', title: t('amount'), align: 'right', render: ({ amount }) => <Money yuan={amount} /> },
    { key: 'refunded', title: t('returned'), align: 'right', render: ({ refunded }) => (refunded > 0 ? <Money yuan={refunded} /> : '—') },
    { key: 'created', title: t('created'), sort: 'createdAt', render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'paid', title: t('paidAt'), hidden: true, render: ({ paidAt }) => <When at={paidAt} /> },
  ];
  return (
    <DataTable<Row>
      name="all-orders"
      label={t('views.orders')}
      list={list}
      load={load}
      columns={columns}
      usualSort="-createdAt"
      rowKey={({ id }) => id}
      filters={
        <FilterBar
          list={list}
          filters={[
            { kind: 'text', name: 'orderNo', label: t('order') },
            {
              ...{ kind: 'choice', name: 'status', label: t('state') },
              options: STATES.map((value) => ({ value, label: booking(`orderStates.${value}`) })),
            },
            { kind: 'period' },
          ]}
        />
      }
    />
  );
}
