import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Chart } from '../blocks/chart.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';

const NAMES = ['logins', 'views', 'visits', 'appointments', 'orders', 'reviews', 'profiles', 'files', 'changes'] as const;
type Name = (typeof NAMES)[number];

const read = (id: string) => dataOf(api.GET('/api/v1/users/{id}/behavior', { params: { path: { id } } }));

/** Names of what is counted of a person; `null` for one that these pages do not know. */
export function useFigureNames(): (name: string) => string | null {
  const t = useTexts('people');
  return (name) => (NAMES.includes(name as Name) ? t(`figures.${name as Name}`) : null);
}

/** What somebody did in the last thirty days, and in the thirty before. */
export function UserActivity({ id }: { id: string }) {
  const t = useTexts('people');
  const nameOf = useFigureNames();
  const { data, error, refetch } = useQuery({ queryKey: ['behavior', id], queryFn: () => read(id) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const names = Object.keys(data.counts).filter((name) => nameOf(name) !== null);
  return (
    <section className="clinic-list">
      <Chart
        title={t('activity')}
        kind="bar"
        x={names.map((name) => nameOf(name) ?? '')}
        series={[
          { name: t('thisPeriod'), values: names.map((name) => data.counts[name] ?? 0) },
          { name: t('periodBefore'), values: names.map((name) => data.before[name] ?? 0) },
        ]}
      />
      {data.clients.length > 0 && (
        <Chart
          title={t('clients')}
          kind="bar"
          x={data.clients.map(({ clientType }) => t(`clientTypes.${clientType}`))}
          series={[{ name: t('sessionsBegun'), values: data.clients.map(({ sessions }) => sessions) }]}
        />
      )}
    </section>
  );
}
