import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { Figures } from '../blocks/figures.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { Money } from '../blocks/money.tsx';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';

const BALANCE = 'own-balance';

const read = () => dataOf(api.GET('/api/v1/balance'));
function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/balance/transactions', { params: { query: { page, pageSize } }, signal }));
}
type Entry = Awaited<ReturnType<typeof load>>['items'][number];

/** The person's own money at the clinic, and what moved it. */
export function BalanceView() {
  const t = useTexts('finance');
  const list = useListState();
  const { data } = useQuery({ queryKey: [BALANCE], queryFn: read });
  const columns: Column<Entry>[] = [
    { key: 'kind', title: t('kind'), pinned: true, render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'amount', title: t('amount'), align: 'right', badge: true, render: ({ amount }) => <Money yuan={amount} signed /> },
    { key: 'after', title: t('after'), align: 'right', render: ({ after }) => <Money yuan={after} /> },
    { key: 'note', title: t('note'), render: ({ note }) => note ?? '—' },
    { key: 'at', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
  ];
  return (
    <section className="clinic-list">
      <Figures items={[{ label: t('balance'), value: data ? <Money yuan={data.balance} /> : '…' }]} />
      <DataTable<Entry>
        {...{ name: `${BALANCE}-list`, label: t('transactions'), list, load, columns }}
        rowKey={({ entry }) => `${entry}`}
      />
    </section>
  );
}
