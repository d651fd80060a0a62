import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Chart } from '../blocks/chart.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Figures } from '../blocks/figures.tsx';
import { Money } from '../blocks/money.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';
import { type Period, PeriodFields, usePeriod } from './period.tsx';

const read = ({ from, to, by }: Period) => dataOf(api.GET('/api/v1/dashboard', { params: { query: { from, to, by } } }));

/** Rounds what was added up in floating point to the hundredths that it is made of. */
const sumOf = (values: readonly number[]): number => Math.round(values.reduce((sum, value) => sum + value * 100, 0)) / 100;

/** People, visits and money at a glance, from one call. */
export function OverviewFigures() {
  const t = useTexts('figures');
  const period = usePeriod();
  const { data, error, refetch } = useQuery({ queryKey: ['overview-figures', period], queryFn: () => read(period) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { people, visits, payments } = data;
  const paid = payments?.filter(({ state }) => state === 'paid');
  return (
    <section className="clinic-list">
      <PeriodFields />
      <Figures
        items={[
          ...(people
            ? [
                { label: t('patients'), value: people.patients },
                { label: t('doctors'), value: people.doctors },
              ]
            : []),
          { label: t('visits'), value: visits.total.count },
          { label: t('completed'), value: visits.total.completed },
          { label: t('rating'), value: visits.total.rating?.toFixed(2) ?? '–' },
          ...(paid
            ? [
                { label: t('paid'), value: <Money yuan={sumOf(paid.map(({ amount }) => amount))} /> },
                { label: t('returned'), value: <Money yuan={sumOf(paid.map(({ returned }) => returned))} /> },
              ]
            : []),
        ]}
      />
      <Chart
        title={t('visits')}
        kind="bar"
        x={visits.items.map((item) => item.period)}
        series={(['count', 'completed'] as const).map((name) => ({
          name: t(name === 'count' ? 'planned' : name),
          values: visits.items.map((item) => item[name]),
        }))}
      />
    </section>
  );
}
