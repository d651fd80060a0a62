import { Rate } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { ActionButton } from '../blocks/action-button.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { usePractitioners } from '../practitioners.ts';
import { useTexts } from '../texts/areas.ts';

const REVIEWS = 'reviews';

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const hidden = (['true', 'false'] as const).find((known) => known === filters['hidden']);
  const { practitionerId } = filters;
  const query = { page, pageSize, ...(hidden && { hidden }), ...(practitionerId && { practitionerId }) };
  return dataOf(api.GET('/api/v1/reviews', { params: { query }, signal }));
}
type Review = Awaited<ReturnType<typeof load>>['items'][number];

const setHidden = (id: string, hidden: boolean) =>
  dataOf(api.PUT('/api/v1/reviews/{id}/visibility', { params: { path: { id } }, body: { hidden } }));

/** What patients wrote, to hide what should not be read and to show it again. */
export function ReviewList() {
  const t = useTexts('figures');
  const shell = useTexts('shell');
  const list = useListState();
  const practitioners = usePractitioners();
  const nameOf = (id: string | null) => practitioners.find(({ value }) => value === id)?.label ?? '—';
  const columns: Column<Review>[] = [
    { key: 'practitioner', title: t('practitioner'), pinned: true, render: ({ practitionerId }) => nameOf(practitionerId) },
    {
      ...{ key: 'state', title: t('state'), badge: true },
      render: ({ hidden }) => <StatusTag tone={hidden ? 'neutral' : 'good'}>{t(hidden ? 'hidden' : 'shown')}</StatusTag>,
    },
    {
      ...{ key: 'rating', title: t('stars') },
      render: ({ rating }) => (
        <span role="img" aria-label={t('starsOf', { count: rating })}>
          <Rate disabled value={rating} />
        </span>
      ),
    },
    { key: 'text', title: t('text'), render: ({ text }) => <span className="clinic-prose">{text || '—'}</span> },
    { key: 'tags', title: t('tags'), render: ({ tags }) => tags.join(', ') || '—' },
    { key: 'author', title: t('author'), render: ({ author }) => author },
    { key: 'reply', title: t('reply'), hidden: true, render: ({ reply }) => reply ?? '—' },
    { key: 'created', title: t('written'), render: ({ createdAt }) => <When at={createdAt} /> },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: ({ id, hidden, author }) => (
        <div className="clinic-actions">
          <ActionButton
            text={t(hidden ? 'show' : 'hide')}
            about={author}
            danger={!hidden}
            run={() => setHidden(id, !hidden)}
            {...(!hidden && { ask: { title: t('hideTitle'), text: t('hideText'), confirm: t('hide'), danger: true } })}
            done={t(hidden ? 'shown' : 'hidden')}
            stale={[[REVIEWS]]}
            testId="review-visibility"
          />
        </div>
      ),
    },
  ];
  return (
    <DataTable<Review>
      name={REVIEWS}
      label={t('views.reviews')}
      list={list}
      load={load}
      columns={columns}
      rowKey={({ id }) => id}
      filters={
        <FilterBar
          list={list}
          filters={[
            { kind: 'choice', name: 'practitionerId', label: t('practitioner'), options: practitioners },
            {
              ...{ kind: 'choice', name: 'hidden', label: t('state') },
              options: [
                { value: 'false', label: t('shown') },
                { value: 'true', label: t('hidden') },
              ],
            },
          ]}
        />
      }
    />
  );
}
