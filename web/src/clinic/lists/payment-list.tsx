import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { METHODS, PAYMENT_TONES, PAYMENTS } from '../finance.ts';
import { Person } from '../people.tsx';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

type State = keyof typeof PAYMENT_TONES;
const STATES = Object.keys(PAYMENT_TONES) as State[];

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['state']);
  const method = METHODS.find((known) => known === filters['method']);
  const surplus = filters['surplus'] === 'true' ? ('true' as const) : undefined;
  const { paymentNo } = filters;
  const narrowed = { ...(state && { state }), ...(method && { method }), ...(surplus && { surplus }), ...(paymentNo && { paymentNo }) };
  return dataOf(api.GET('/api/v1/payments', { params: { query: { page, pageSize, ...narrowed, ...periodOf(filters) } }, signal }));
}
type Payment = Awaited<ReturnType<typeof load>>['items'][number];

/** A partner's notice may be late or lost: whoever was asked for help asks the partner. */
const check = (id: string) => dataOf(api.POST('/api/v1/payments/{id}/check', { params: { path: { id } } }));
const hangs = ({ state, method }: Payment) => method !== 'balance' && (state === 'created' || state === 'pending');

function useColumns(): Column<Payment>[] {
  const t = useTexts('finance');
  const shell = useTexts('shell');
  return [
    { key: 'no', title: t('paymentNo'), pinned: true, render: ({ paymentNo }) => paymentNo },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state, surplus }) => (
        <>
          <StatusTag tone={PAYMENT_TONES[state]}>{t(`paymentStates.${state}`)}</StatusTag>
          {surplus && <StatusTag tone="bad">{t('surplus')}</StatusTag>}
        </>
      ),
    },
    { key: 'method', title: t('method'), render: ({ method }) => t(`methods.${method}`) },
    { key: 'payer', title: t('payer'), render: ({ user }) => <Person id={user.id} name={user.name} /> },
    { key: 'amount', title: t('amount'), align: 'right', render: ({ amount }) => <Money yuan={amount} /> },
    { key: 'returned', title: t('returned'), align: 'right', render: ({ returned }) => (returned > 0 ? <Money yuan={returned} /> : '—') },
    { key: 'order', title: t('order'), render: ({ orderId }) => <Link to={to(`/orders/${orderId}`)}>{t('toOrder')}</Link> },
    { key: 'gateway', title: t('gatewayNo'), hidden: true, render: ({ gatewayNo }) => gatewayNo ?? '—' },
    { key: 'failure', title: t('failure'), hidden: true, render: ({ failure }) => failure ?? '—' },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'paid', title: t('paidAt'), hidden: true, render: ({ paidAt }) => <When at={paidAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (payment) =>
        hangs(payment) && (
          <ActionButton
            text={t('check')}
            about={payment.paymentNo}
            run={() => check(payment.id)}
            done={t('asked')}
            stale={[[PAYMENTS]]}
            testId="payment-check"
          />
        ),
    },
  ];
}

/** Payments of everybody, as they came in and as the partners told. */
export function PaymentList() {
  const t = useTexts('finance');
  const list = useListState();
  return (
    <DataTable<Payment>
      name={PAYMENTS}
      label={t('views.payments')}
      list={list}
      load={load}
      columns={useColumns()}
      rowKey={({ id }) => id}
      filters={
        <FilterBar
          list={list}
          filters={[
            { kind: 'text', name: 'paymentNo', label: t('paymentNo') },
            {
              ...{ kind: 'choice', name: 'state', label: t('state') },
              options: STATES.map((value) => ({ value, label: t(`paymentStates.${value}`) })),
            },
            {
              ...{ kind: 'choice', name: 'method', label: t('method') },
              options: METHODS.map((value) => ({ value, label: t(`methods.${value}`) })),
            },
            { kind: 'choice', name: 'surplus', label: t('kind'), options: [{ value: 'true', label: t('surplus') }] },
            { kind: 'period' },
          ]}
        />
      }
    />
  );
}
