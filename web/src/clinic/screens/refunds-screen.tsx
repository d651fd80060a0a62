import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { REFUND_TONES, REFUNDS } from '../finance.ts';
import { Person } from '../people.tsx';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

type State = keyof typeof REFUND_TONES;
const STATES = Object.keys(REFUND_TONES) as State[];
const ORIGINS = ['request', 'cancelled', 'surplus', 'retry'] as const;
const STALE = [[REFUNDS]];
const PATH = '/api/v1/refunds/{id}';

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['state']);
  const origin = ORIGINS.find((known) => known === filters['origin']);
  const query = { page, pageSize, ...(state && { state }), ...(origin && { origin }), ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/refunds', { params: { query }, signal }));
}
type Refund = Awaited<ReturnType<typeof load>>['items'][number];

const review = (id: string, decision: 'approve' | 'reject', note: string) =>
  dataOf(api.POST(`${PATH}/review`, { params: { path: { id } }, body: { decision, ...(note && { note }) } }));
const retry = (id: string) => dataOf(api.POST(`${PATH}/retry`, { params: { path: { id } } }));
const resolve = (id: string, outcome: 'succeeded' | 'failed', note: string) =>
  dataOf(api.POST(`${PATH}/resolve`, { params: { path: { id } }, body: { outcome, ...(note && { note }) } }));

/** Yes or no to what a patient asks for. */
function Decision({ refund: { id, refundNo, amount, user } }: { refund: Refund }) {
  const t = useTexts('finance');
  const what = { name: user.name, amount: amount.toFixed(2) };
  const common = { about: refundNo, stale: STALE };
  return (
    <>
      <ActionButton
        {...common}
        text={t('reject')}
        danger
        run={(note) => review(id, 'reject', note)}
        ask={{ title: t('rejectTitle', what), confirm: t('reject'), danger: true, reason: { label: t('noteForPayer'), required: true } }}
        done={t('states.rejected')}
        testId="refund-reject"
      />
      <ActionButton
        {...common}
        text={t('approve')}
        primary
        run={(note) => review(id, 'approve', note)}
        ask={{ title: t('approveTitle', what), confirm: t('approve'), reason: { label: t('noteForPayer') } }}
        done={t('states.approved')}
        testId="refund-approve"
      />
    </>
  );
}

/** What a person saw at the partner's own desk. */
function Outcome({ refund: { id, refundNo } }: { refund: Refund }) {
  const t = useTexts('finance');
  const common = { about: refundNo, stale: STALE, done: t('resolved') };
  return (['failed', 'succeeded'] as const).map((outcome) => (
    <ActionButton
      key={outcome}
      {...common}
      text={t(`outcomes.${outcome}`)}
      primary={outcome === 'succeeded'}
      run={(note) => resolve(id, outcome, note)}
      ask={{
        title: t(`outcomeTitles.${outcome}`),
        text: t('outcomeText'),
        confirm: t(`outcomes.${outcome}`),
        reason: { label: t('note') },
      }}
      testId={`refund-${outcome}`}
    />
  ));
}

function Actions({ refund }: { refund: Refund }) {
  const t = useTexts('finance');
  const { id, refundNo, state } = refund;
  return (
    <div className="clinic-actions">
      {state === 'requested' && <Decision refund={refund} />}
      {state === 'abnormal' && <Outcome refund={refund} />}
      {state === 'failed' && (
        <ActionButton
          text={t('retry')}
          about={refundNo}
          primary
          run={() => retry(id)}
          done={t('retried')}
          stale={STALE}
          testId="refund-retry"
        />
      )}
    </div>
  );
}

function useColumns(): Column<Refund>[] {
  const t = useTexts('finance');
  const shell = useTexts('shell');
  return [
    {
      key: 'order',
      title: t('order'),
      pinned: true,
      render: ({ orderId, orderNo }) => <Link to={to(`/orders/${orderId}`)}>{orderNo}</Link>,
    },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ state }) => <StatusTag tone={REFUND_TONES[state]}>{t(`states.${state}`)}</StatusTag>,
    },
    { key: 'amount', title: t('amount'), align: 'right', render: ({ amount }) => <Money yuan={amount} /> },
    { key: 'payer', title: t('payer'), render: ({ user }) => <Person id={user.id} name={user.name} /> },
    { key: 'origin', title: t('origin'), render: ({ origin }) => t(`origins.${origin}`) },
    { key: 'reason', title: t('reason'), render: ({ reason, failure }) => [reason, failure].filter(Boolean).join(' · ') || '—' },
    { key: 'method', title: t('method'), hidden: true, render: ({ method }) => t(`methods.${method}`) },
    { key: 'note', title: t('note'), hidden: true, render: ({ note }) => note ?? '—' },
    { key: 'no', title: t('refundNo'), hidden: true, render: ({ refundNo }) => refundNo },
    { key: 'created', title: t('askedAt'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'back', title: t('refundedAt'), hidden: true, render: ({ refundedAt }) => <When at={refundedAt} /> },
    {
      key: 'actions',
      title: shell('table.actions'),
      pinned: true,
      fixed: true,
      align: 'right',
      render: (refund) => <Actions refund={refund} />,
    },
  ];
}

/** `/clinic/refunds`: decide about refunds, and see to those that failed. */
export default function RefundsScreen() {
  const t = useTexts('finance');
  const title = useTexts('shell')('screens.refunds');
  const list = useListState();
  return (
    <>
      <PageHeader title={title} lead={t('intro.refunds')} />
      <DataTable<Refund>
        name={REFUNDS}
        label={title}
        list={list}
        load={load}
        columns={useColumns()}
        rowKey={({ id }) => id}
        filters={
          <FilterBar
            list={list}
            filters={[
              {
                kind: 'choice',
                name: 'state',
                label: t('state'),
                options: STATES.map((value) => ({ value, label: t(`states.${value}`) })),
              },
              {
                kind: 'choice',
                name: 'origin',
                label: t('origin'),
                options: ORIGINS.map((value) => ({ value, label: t(`origins.${value}`) })),
              },
              { kind: 'period' },
            ]}
          />
        }
      />
    </>
  );
}
