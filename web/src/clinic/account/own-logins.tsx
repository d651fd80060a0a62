import { api, dataOf } from '../../api/client.ts';
import { errorText } from '../../i18n/index.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { useTexts } from '../texts/areas.ts';
import { ACCOUNT } from './account.ts';

function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/auth/logins', { params: { query: { page, pageSize } }, signal }));
}
type Login = Awaited<ReturnType<typeof load>>['items'][number];

const SIGNS = ['new_device', 'new_network', 'after_failures'] as const;

/** Attempts to sign in to the own account: what is new about them is named. */
export function OwnLogins() {
  const t = useTexts('account');
  const list = useListState();
  const columns: Column<Login>[] = [
    { key: 'at', title: t('loginTime'), pinned: true, render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'result', title: t('result'), badge: true },
      render: ({ success, reason }) => (
        <StatusTag tone={success ? 'good' : 'bad'}>
          {success || !reason ? t(success ? 'succeeded' : 'failed') : errorText(reason)}
        </StatusTag>
      ),
    },
    {
      ...{ key: 'unusual', title: t('unusual') },
      render: ({ abnormal }) =>
        SIGNS.filter((sign) => abnormal.includes(sign))
          .map((sign) => t(`signs.${sign}`))
          .join(' · ') || '—',
    },
    { key: 'method', title: t('method'), render: ({ method }) => t(`methods.${method}`) },
    { key: 'ip', title: t('address'), render: ({ ip }) => ip },
  ];
  return (
    <section className="clinic-section" aria-label={t('logins')}>
      <h2>{t('logins')}</h2>
      <DataTable<Login> name={`${ACCOUNT}-logins`} label={t('logins')} list={list} load={load} columns={columns} rowKey={({ id }) => id} />
    </section>
  );
}
