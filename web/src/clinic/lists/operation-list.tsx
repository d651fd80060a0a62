import { api, dataOf } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] as const;

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const method = METHODS.find((known) => known === filters['method']);
  const { route } = filters;
  const query = { page, pageSize, ...(method && { method }), ...(route && { route }), ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/logs/operations', { params: { query }, signal }));
}
type Operation = Awaited<ReturnType<typeof load>>['items'][number];

/** Requests that changed something. */
export function OperationList() {
  const t = useTexts('admin');
  const list = useListState();
  const columns: Column<Operation>[] = [
    {
      key: 'action',
      title: t('action'),
      pinned: true,
      render: ({ method, route }) => <span className="clinic-break">{`${method} ${route}`}</span>,
    },
    {
      ...{ key: 'status', title: t('status'), badge: true },
      render: ({ status }) => <StatusTag tone={status < 400 ? 'good' : 'bad'}>{status}</StatusTag>,
    },
    { key: 'actor', title: t('actor'), render: ({ userId }) => <Person id={userId} /> },
    { key: 'object', title: t('object'), hidden: true, render: ({ objectId }) => objectId ?? '—' },
    { key: 'at', title: t('time'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'address', title: t('address'), render: ({ ip }) => ip },
    { key: 'took', title: t('took'), align: 'right', hidden: true, render: ({ tookMs }) => tookMs },
    { key: 'request', title: t('request'), hidden: true, render: ({ requestId }) => requestId },
  ];
  return (
    <DataTable<Operation>
      name="logs-operations"
      label={t('logs.operations')}
      list={list}
      load={load}
      columns={columns}
      rowKey={({ id }) => id}
      filters={
        <FilterBar
          list={list}
          filters={[
            { kind: 'text', name: 'route', label: t('route') },
            { kind: 'choice', name: 'method', label: t('method'), options: METHODS.map((value) => ({ value, label: value })) },
            { kind: 'period' },
          ]}
        />
      }
    />
  );
}
