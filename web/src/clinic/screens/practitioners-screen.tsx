import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { PRACTITIONERS, PractitionerActions, REVIEW_STATES, ReviewState } from '../lists/practitioner-actions.tsx';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const reviewState = REVIEW_STATES.find((state) => state === filters['reviewState']);
  const { keyword } = filters;
  const query = { page, pageSize, ...(keyword && { keyword }), ...(reviewState && { reviewState }) };
  return dataOf(api.GET('/api/v1/practitioners/all', { params: { query }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

function useColumns(): Column<Row>[] {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  return [
    { key: 'name', title: t('person'), pinned: true, render: ({ id, name }) => <Link to={to(`/practitioners/${id}`)}>{name}</Link> },
    { key: 'review', title: t('review'), badge: true, render: ({ reviewState }) => <ReviewState state={reviewState} /> },
    { key: 'kind', title: t('kind'), hidden: true, render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'department', title: t('department'), render: ({ department }) => department?.name ?? '—' },
    { key: 'title', title: t('title'), render: ({ title }) => title ?? '—' },
    {
      ...{ key: 'qualifications', title: t('qualifications'), hidden: true },
      render: ({ qualifications }) => qualifications.map(({ name }) => name).join('; ') || '—',
    },
    {
      ...{ key: 'state', title: t('state') },
      render: ({ enabled }) => <StatusTag tone={enabled ? 'good' : 'neutral'}>{t(enabled ? 'enabled' : 'disabled')}</StatusTag>,
    },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (row) => <PractitionerActions row={row} />,
    },
  ];
}

/** `/clinic/practitioners`: review qualifications, show and hide practitioners. */
export default function PractitionersScreen() {
  const t = useTexts('admin');
  const title = useTexts('shell')('screens.practitioners');
  const list = useListState();
  const states = REVIEW_STATES.map((value) => ({ value, label: t(`reviews.${value}`) }));
  return (
    <>
      <PageHeader title={title} lead={t('intro.practitioners')} />
      <DataTable<Row>
        name={PRACTITIONERS}
        label={title}
        list={list}
        load={load}
        columns={useColumns()}
        rowKey={({ id }) => id}
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'text', name: 'keyword', label: t('keyword') },
              { kind: 'choice', name: 'reviewState', label: t('review'), options: states },
            ]}
          />
        }
      />
    </>
  );
}
