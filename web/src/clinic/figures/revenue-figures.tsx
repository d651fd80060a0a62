import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Chart } from '../blocks/chart.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Figures } from '../blocks/figures.tsx';
import { Money } from '../blocks/money.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { METHODS } from '../finance.ts';
import { useTexts } from '../texts/areas.ts';
import { type Period, PeriodFields, usePeriod } from './period.tsx';

const read = async ({ from, to, by }: Period) =>
  (await dataOf(api.GET('/api/v1/payments/statistics', { params: { query: { from, to, by } } }))).items;

/** Rounds what was added up in floating point to the hundredths that it is made of. */
const sumOf = (values: readonly number[]): number => Math.round(values.reduce((sum, value) => sum + value * 100, 0)) / 100;

/** What was paid by day or month and by method, and what went back. */
export function RevenueFigures() {
  const t = useTexts('figures');
  const finance = useTexts('finance');
  const period = usePeriod();
  const { data, error, refetch } = useQuery({ queryKey: ['revenue-figures', period], queryFn: () => read(period) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const paid = data.filter(({ state }) => state === 'paid');
  const periods = [...new Set(paid.map((item) => item.period))];
  const methods = METHODS.filter((method) => paid.some((item) => item.method === method));
  const of = (name: string, method: string) =>
    sumOf(paid.filter((item) => item.period === name && item.method === method).map(({ amount }) => amount));
  return (
    <section className="clinic-list">
      <PeriodFields />
      <Figures
        items={[
          { label: t('paid'), value: <Money yuan={sumOf(paid.map(({ amount }) => amount))} /> },
          { label: t('returned'), value: <Money yuan={sumOf(paid.map(({ returned }) => returned))} /> },
          { label: t('payments'), value: paid.reduce((sum, { count }) => sum + count, 0) },
          { label: t('failedPayments'), value: data.filter(({ state }) => state === 'failed').reduce((sum, { count }) => sum + count, 0) },
        ]}
      />
      <Chart
        title={t('paidYuan')}
        kind="bar"
        x={periods}
        series={methods.map((method) => ({ name: finance(`methods.${method}`), values: periods.map((name) => of(name, method)) }))}
      />
      <Chart
        title={t('byMethod')}
        kind="pie"
        x={methods.map((method) => finance(`methods.${method}`))}
        series={[{ name: t('paidYuan'), values: methods.map((method) => sumOf(periods.map((name) => of(name, method)))) }]}
      />
    </section>
  );
}
