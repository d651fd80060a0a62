import { api, dataOf } from '../../api/client.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/logs/security', { params: { query: { page, pageSize, ...periodOf(filters) } }, signal }));
}
type Event = Awaited<ReturnType<typeof load>>['items'][number];

function loadChanges({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const { table } = filters;
  const query = { page, pageSize, ...(table && { table }), ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/logs/changes', { params: { query }, signal }));
}
type Change = Awaited<ReturnType<typeof loadChanges>>['items'][number];

/** What happened to security. */
export function SecurityList() {
  const t = useTexts('admin');
  const list = useListState();
  const columns: Column<Event>[] = [
    { key: 'kind', title: t('action'), pinned: true, render: ({ kind }) => kind },
    { key: 'who', title: t('actor'), render: ({ userId }) => <Person id={userId} /> },
    {
      ...{ key: 'details', title: t('details') },
      render: ({ details }) => (
        <span className="clinic-break">
          {Object.entries(details)
            .map(([name, value]) => `${name}: ${String(value)}`)
            .join(', ') || '—'}
        </span>
      ),
    },
    { key: 'at', title: t('time'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'address', title: t('address'), render: ({ ip }) => ip ?? '—' },
    { key: 'request', title: t('request'), hidden: true, render: ({ requestId }) => requestId ?? '—' },
  ];
  return (
    <DataTable<Event>
      name="logs-security"
      label={t('logs.security')}
      list={list}
      load={load}
      columns={columns}
      rowKey={({ id }) => id}
      filters={<FilterBar list={list} filters={[{ kind: 'period' }]} />}
    />
  );
}

/** Rows that were changed, without what was in them. */
export function ChangeList() {
  const t = useTexts('admin');
  const list = useListState();
  const columns: Column<Change>[] = [
    { key: 'table', title: t('table'), pinned: true, render: ({ table }) => table },
    { key: 'action', title: t('action'), badge: true, render: ({ action }) => t(`changes.${action}`) },
    { key: 'fields', title: t('fields'), render: ({ fields }) => <span className="clinic-break">{fields.join(', ') || '—'}</span> },
    { key: 'rows', title: t('rows'), align: 'right', render: ({ rowIds }) => rowIds.length },
    { key: 'who', title: t('actor'), render: ({ actorId }) => <Person id={actorId} /> },
    { key: 'at', title: t('time'), render: ({ createdAt }) => <When at={createdAt} /> },
    { key: 'request', title: t('request'), hidden: true, render: ({ requestId }) => requestId ?? '—' },
  ];
  return (
    <DataTable<Change>
      name="logs-changes"
      label={t('logs.changes')}
      list={list}
      load={loadChanges}
      columns={columns}
      rowKey={({ id }) => id}
      filters={<FilterBar list={list} filters={[{ kind: 'text', name: 'table', label: t('table') }, { kind: 'period' }]} />}
    />
  );
}
