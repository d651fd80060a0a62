import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Chart } from '../blocks/chart.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Figures } from '../blocks/figures.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';
import { type Period, PeriodFields, usePeriod } from './period.tsx';

const VISITS = 'visit-figures';

const read = ({ from, to, by }: Period) => dataOf(api.GET('/api/v1/consultations/statistics', { params: { query: { from, to, by } } }));
function load({ from, to }: Period, { page, pageSize }: ListState, signal: AbortSignal) {
  const query = { from, to, page, pageSize, sort: '-count' as const };
  return dataOf(api.GET('/api/v1/consultations/statistics/practitioners', { params: { query }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`);

/** Visits by day or month, and by practitioner. */
export function VisitFigures() {
  const t = useTexts('figures');
  const list = useListState();
  const period = usePeriod();
  const { data, error, refetch } = useQuery({ queryKey: [VISITS, period], queryFn: () => read(period) });
  const columns: Column<Row>[] = [
    { key: 'name', title: t('practitioner'), pinned: true, render: ({ practitioner }) => practitioner.name },
    { key: 'count', title: t('visits'), align: 'right', render: ({ count }) => count },
    { key: 'completed', title: t('completed'), align: 'right', render: ({ completed }) => completed },
    { key: 'cancelled', title: t('cancelled'), align: 'right', render: ({ cancelled }) => cancelled },
    { key: 'missed', title: t('missed'), align: 'right', render: ({ missed }) => missed },
    { key: 'completion', title: t('completion'), align: 'right', render: ({ completion }) => percent(completion) },
    { key: 'average', title: t('averageMinutes'), align: 'right', render: ({ averageMinutes }) => averageMinutes ?? '–' },
    { key: 'rating', title: t('rating'), align: 'right', render: ({ rating }) => rating?.toFixed(2) ?? '–' },
  ];
  const total = data?.total;
  return (
    <section className="clinic-list">
      <PeriodFields />
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!data && !error && <PageSkeleton />}
      {total && (
        <>
          <Figures
            items={[
              { label: t('visits'), value: total.count },
              { label: t('completed'), value: total.completed },
              { label: t('completion'), value: percent(total.completion) },
              { label: t('averageMinutes'), value: total.averageMinutes ?? '–' },
              { label: t('rating'), value: total.rating?.toFixed(2) ?? '–' },
            ]}
          />
          <Chart
            title={t('visits')}
            kind="bar"
            x={data.items.map((item) => item.period)}
            series={(['count', 'completed', 'cancelled', 'missed'] as const).map((name) => ({
              name: t(name === 'count' ? 'planned' : name),
              values: data.items.map((item) => item[name]),
            }))}
          />
        </>
      )}
      <h2>{t('byPractitioner')}</h2>
      <DataTable<Row>
        name={`${VISITS}-people`}
        label={t('byPractitioner')}
        list={list}
        load={(state, signal) => load(period, state, signal)}
        columns={columns}
        rowKey={({ practitioner }) => practitioner.userId}
      />
    </section>
  );
}
