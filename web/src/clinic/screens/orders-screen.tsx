import { Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { ORDER_TONES, ORDERS } from '../booking.ts';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

function load({ page, pageSize, sort }: ListState, signal: AbortSignal) {
  const order: 'createdAt' | '-createdAt' = sort === 'createdAt' ? sort : '-createdAt';
  return dataOf(api.GET('/api/v1/orders', { params: { query: { page, pageSize, sort: order } }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const linkTo = ({ id }: Row): string => to(`/orders/${id}`);

function State({ status }: Pick<Row, 'status'>) {
  const t = useTexts('booking');
  return <StatusTag tone={ORDER_TONES[status]}>{t(`orderStates.${status}`)}</StatusTag>;
}

/** `/clinic/orders`: what somebody has ordered. */
export default function OrdersScreen() {
  const t = useTexts('booking');
  const shell = useTexts('shell');
  const list = useListState();
  const columns: Column<Row>[] = [
    { key: 'title', title: t('order'), pinned: true, render: (row) => <Link to={linkTo(row)}>{row.title}</Link> },
    { key: 'status', title: t('status'), render: ({ status }) => <State status={status} /> },
    { key: 'amount', title: t('amount'), align: 'right', render: ({ amount }) => <Money yuan={amount} /> },
    { key: 'created', title: t('start'), sort: 'createdAt', render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'no', title: t('orderNo'), hidden: true, render: ({ orderNo }) => orderNo },
  ];
  return (
    <>
      <PageHeader title={shell('screens.orders')} />
      <DataTable<Row>
        name={ORDERS}
        label={shell('screens.orders')}
        list={list}
        load={load}
        columns={columns}
        usualSort="-createdAt"
        rowKey={({ id }) => id}
        card={(row) => (
          <article className="clinic-card">
            <div className="clinic-card-head">
              <h2>
                <Link to={linkTo(row)}>{row.title}</Link>
              </h2>
              <State status={row.status} />
            </div>
            <p>
              <Money yuan={row.amount} /> · <When at={row.createdAt} />
            </p>
          </article>
        )}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} />}
      />
    </>
  );
}
