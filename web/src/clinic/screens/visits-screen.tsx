import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { useMay } from '../access.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { go, to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { UnreadTag } from '../unread.tsx';
import { minutesOf, otherOf, STATES, TONES, type Visit, type VisitStatus, VISITS } from '../visits.ts';
import { VisitActions } from './visit-actions.tsx';

type Sort = 'scheduledStart' | '-scheduledStart';

function load({ page, pageSize, sort, filters }: ListState, signal: AbortSignal) {
  const status = STATES.find((state) => state === filters['status']);
  const order: Sort = sort === 'scheduledStart' ? sort : '-scheduledStart';
  return dataOf(api.GET('/api/v1/consultations', { params: { query: { page, pageSize, status, sort: order } }, signal }));
}

const linkTo = (visit: Visit): string => to(`/visits/${visit.id}`);

function State({ status }: { status: VisitStatus }) {
  const t = useTexts('visits');
  return <StatusTag tone={TONES[status]}>{t(`states.${status}`)}</StatusTag>;
}

function Title({ visit }: { visit: Visit }) {
  return (
    <>
      <Link to={linkTo(visit)}>{visit.title}</Link> <UnreadTag count={visit.unread} />
    </>
  );
}

function useColumns(): Column<Visit>[] {
  const t = useTexts('visits');
  const shell = useTexts('shell');
  return [
    { key: 'title', title: t('title'), pinned: true, render: (visit) => <Title visit={visit} /> },
    { key: 'status', title: t('status'), render: ({ status }) => <State status={status} /> },
    { key: 'with', title: t('with'), render: (visit) => otherOf(visit).name },
    { key: 'start', title: t('start'), sort: 'scheduledStart', render: (visit) => <When at={visit.scheduledStart} relative /> },
    { key: 'length', title: t('length'), align: 'right', render: (visit) => t('minutes', { count: minutesOf(visit) }) },
    { key: 'created', title: t('created'), hidden: true, render: ({ createdAt }) => <When at={createdAt} /> },
    {
      key: 'actions',
      title: shell('table.actions'),
      pinned: true,
      fixed: true,
      align: 'right',
      render: (visit) => <VisitActions visit={visit} small />,
    },
  ];
}

function Card({ visit }: { visit: Visit }) {
  return (
    <article className="clinic-card" data-testid="visit-card" data-visit-id={visit.id}>
      <div className="clinic-card-head">
        <h2>
          <Title visit={visit} />
        </h2>
        <State status={visit.status} />
      </div>
      <p>{otherOf(visit).name}</p>
      <p>
        <When at={visit.scheduledStart} relative />
      </p>
      <VisitActions visit={visit} />
    </article>
  );
}

/** `/clinic/visits`: all visits of the person, as a doctor or as a patient. */
export default function VisitsScreen() {
  const t = useTexts('visits');
  const shell = useTexts('shell');
  const leads = useMay()('consultations:lead');
  const list = useListState();
  const columns = useColumns();
  const create = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => go('/visits/new')} data-testid="visit-new">
      {t('new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={shell('screens.visits')} lead={t(leads ? 'intro.practitioner' : 'intro.patient')} actions={leads && create} />
      <DataTable<Visit>
        name={VISITS}
        label={shell('screens.visits')}
        list={list}
        load={load}
        columns={columns}
        usualSort="-scheduledStart"
        rowKey={({ id }) => id}
        card={(visit) => <Card visit={visit} />}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('empty')} />}
        filters={
          <FilterBar
            list={list}
            filters={[
              {
                kind: 'choice',
                name: 'status',
                label: t('status'),
                options: STATES.map((value) => ({ value, label: t(`states.${value}`) })),
              },
            ]}
          />
        }
      />
    </>
  );
}
