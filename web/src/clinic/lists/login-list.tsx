import { api, dataOf } from '../../api/client.ts';
import { errorText } from '../../i18n/index.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { periodOf } from '../clock.ts';
import { Person } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

function load(userId: string | undefined, { page, pageSize, filters }: ListState, signal: AbortSignal) {
  const { abnormal, ip } = filters;
  const success = (['true', 'false'] as const).find((known) => known === filters['success']);
  const narrowed = {
    ...(userId && { userId }),
    ...(success && { success }),
    ...(abnormal === 'true' && { abnormal: 'true' as const }),
    ...(ip && { ip }),
  };
  return dataOf(api.GET('/api/v1/logs/logins', { params: { query: { page, pageSize, ...narrowed, ...periodOf(filters) } }, signal }));
}
type Login = Awaited<ReturnType<typeof load>>['items'][number];

const ABNORMAL = ['new_device', 'new_network', 'after_failures'] as const;

/** Attempts to sign in, of one person or of everybody. */
export function LoginList({ userId }: { userId?: string }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const list = useListState();
  const columns: Column<Login>[] = [
    { key: 'at', title: admin('time'), pinned: true, render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'success', title: admin('status'), badge: true },
      render: ({ success }) => <StatusTag tone={success ? 'good' : 'bad'}>{t(success ? 'succeeded' : 'failed')}</StatusTag>,
    },
    {
      ...{ key: 'who', title: admin('account') },
      render: ({ userId: id, account }) => (id ? <Person id={id} {...(account !== null && { name: account })} /> : (account ?? '—')),
    },
    { key: 'reason', title: admin('reason'), render: ({ reason }) => (reason ? errorText(reason) : '—') },
    {
      ...{ key: 'abnormal', title: t('abnormal') },
      render: ({ abnormal }) =>
        ABNORMAL.filter((sign) => abnormal.includes(sign))
          .map((sign) => t(`signs.${sign}`))
          .join(', ') || '—',
    },
    { key: 'method', title: t('method'), render: ({ method }) => t(`methods.${method}`) },
    { key: 'client', title: t('client'), hidden: true, render: ({ clientType }) => t(`clientTypes.${clientType}`) },
    { key: 'device', title: t('device'), hidden: true, render: ({ device }) => device ?? '—' },
    { key: 'ip', title: admin('address'), render: ({ ip }) => ip },
  ];
  return (
    <DataTable<Login>
      name="logins"
      label={t('views.logins')}
      list={list}
      load={(state, signal) => load(userId, state, signal)}
      columns={columns}
      rowKey={({ id }) => id}
      filters={
        <FilterBar
          list={list}
          filters={[
            {
              ...{ kind: 'choice', name: 'success', label: admin('status') },
              options: [
                { value: 'true', label: t('succeeded') },
                { value: 'false', label: t('failed') },
              ],
            },
            { kind: 'choice', name: 'abnormal', label: t('abnormal'), options: [{ value: 'true', label: t('abnormalOnly') }] },
            { kind: 'period' },
          ]}
        />
      }
    />
  );
}
