import { Button } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { useTexts } from '../texts/areas.ts';

const ALL = 'practitioners-all';
const STALE = [[ALL], ['practitioners']];
const REVIEWS = ['draft', 'submitted', 'approved', 'rejected'] as const;
const TONES: Record<(typeof REVIEWS)[number], Tone> = { draft: 'neutral', submitted: 'warn', approved: 'good', rejected: 'bad' };

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const reviewState = REVIEWS.find((state) => state === filters['reviewState']);
  const { keyword } = filters;
  const query = { page, pageSize, ...(keyword && { keyword }), ...(reviewState && { reviewState }) };
  return dataOf(api.GET('/api/v1/practitioners/all', { params: { query }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const approve = ({ id, version }: Row) =>
  dataOf(api.POST('/api/v1/practitioners/{id}/approve', { params: { path: { id } }, body: { version } }));
const reject = ({ row: { id, version }, reason }: { row: Row; reason: string }) =>
  dataOf(api.POST('/api/v1/practitioners/{id}/reject', { params: { path: { id } }, body: { version, reason } }));
const toggle = ({ id, enabled }: Row) => {
  const params = { path: { id } };
  return dataOf(
    enabled ? api.POST('/api/v1/practitioners/{id}/disable', { params }) : api.POST('/api/v1/practitioners/{id}/enable', { params }),
  );
};

function Review({ row }: { row: Row }) {
  const t = useTexts('admin');
  const confirm = useConfirm();
  const approval = useAction({ run: approve, done: t('approved'), stale: STALE });
  const rejection = useAction({ run: reject, done: t('rejected'), stale: STALE });
  async function ask(): Promise<void> {
    const sure = await confirm({
      ...{ title: t('rejectTitle', { name: row.name }), confirm: t('reject'), danger: true },
      reason: { label: t('reason'), required: true },
    });
    if (sure) rejection.run({ row, reason: sure.reason });
  }
  return (
    <>
      <Button size="small" danger loading={rejection.busy} onClick={() => void ask()} data-testid="practitioner-reject">
        {t('reject')}
      </Button>
      <Button size="small" type="primary" loading={approval.busy} onClick={() => approval.run(row)} data-testid="practitioner-approve">
        {t('approve')}
      </Button>
    </>
  );
}

function Actions({ row }: { row: Row }) {
  const t = useTexts('admin');
  const may = useMay();
  const confirm = useConfirm();
  const { name, enabled, reviewState } = row;
  const { run, busy } = useAction({ run: toggle, done: t('changed'), stale: STALE });
  async function ask(): Promise<void> {
    const sure = !enabled || (await confirm({ title: t('disableTitle', { name }), confirm: t('disable'), danger: true }));
    if (sure) run(row);
  }
  return (
    <div className="clinic-actions">
      {reviewState === 'submitted' && may('practitioners:review') && <Review row={row} />}
      <Button size="small" danger={enabled} loading={busy} onClick={() => void ask()} data-testid="practitioner-toggle">
        {t(enabled ? 'disable' : 'enable')}
      </Button>
    </div>
  );
}

function ReviewState({ state }: { state: Row['reviewState'] }) {
  const t = useTexts('admin');
  return <StatusTag tone={TONES[state]}>{t(`reviews.${state}`)}</StatusTag>;
}

const qualificationsOf = ({ qualifications }: Row) =>
  qualifications.map(({ name, number }) => [name, number].filter(Boolean).join(' ')).join('; ') || '—';

function Card({ row }: { row: Row }) {
  return (
    <article className="clinic-card" data-testid="practitioner-row">
      <div className="clinic-card-head">
        <h2>{row.name}</h2>
        <ReviewState state={row.reviewState} />
      </div>
      <p>{[row.title, row.department?.name].filter(Boolean).join(' · ')}</p>
      <p>{qualificationsOf(row)}</p>
      <Actions row={row} />
    </article>
  );
}

function useColumns(): Column<Row>[] {
  const t = useTexts('admin');
  const shell = useTexts('shell');
  return [
    { key: 'name', title: t('person'), pinned: true, render: ({ name }) => name },
    { key: 'kind', title: t('kind'), hidden: true, render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'department', title: t('department'), render: ({ department }) => department?.name ?? '—' },
    { key: 'title', title: t('title'), render: ({ title }) => title ?? '—' },
    { key: 'review', title: t('review'), render: ({ reviewState }) => <ReviewState state={reviewState} /> },
    { key: 'qualifications', title: t('qualifications'), render: qualificationsOf },
    { key: 'state', title: t('state'), render: ({ enabled }) => t(enabled ? 'enabled' : 'disabled') },
    {
      ...{ key: 'actions', title: shell('table.actions'), pinned: true, fixed: true, align: 'right' },
      render: (row) => <Actions row={row} />,
    },
  ];
}

/** `/clinic/practitioners`: review qualifications, show and hide practitioners. */
export default function PractitionersScreen() {
  const t = useTexts('admin');
  const title = useTexts('shell')('screens.practitioners');
  const list = useListState();
  const states = REVIEWS.map((value) => ({ value, label: t(`reviews.${value}`) }));
  return (
    <>
      <PageHeader title={title} lead={t('intro.practitioners')} />
      <DataTable<Row>
        name={ALL}
        label={title}
        list={list}
        load={load}
        columns={useColumns()}
        rowKey={({ id }) => id}
        card={(row) => <Card row={row} />}
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
