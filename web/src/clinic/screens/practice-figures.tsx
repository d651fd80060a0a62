import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Chart } from '../blocks/chart.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { clinicDate } from '../booking.ts';
import { clinicZone, inClinicZone } from '../clock.ts';
import { PRACTICE } from '../practice.ts';
import { useTexts } from '../texts/areas.ts';

const DAYS = 30;

/** The last thirty days of the clinic, today among them. */
function readFigures(practitionerUserId: string) {
  const zone = clinicZone.get();
  const midnight = (days: number) => new Date(inClinicZone(`${clinicDate(days, zone)}T00:00`)).toISOString();
  const query = { practitionerUserId, by: 'day' as const, from: midnight(1 - DAYS), to: midnight(1) };
  return dataOf(api.GET('/api/v1/consultations/statistics', { params: { query } }));
}

const percent = (share: number | null): string => (share === null ? '—' : `${Math.round(share * 100)} %`);

/** How the visits of the last weeks went. */
export function PracticeFigures({ userId }: { userId: string }) {
  const t = useTexts('practice');
  const { data, error, refetch } = useQuery({ queryKey: [PRACTICE, 'figures', userId], queryFn: () => readFigures(userId) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const { total, items } = data;
  return (
    <section aria-label={t('figures')} className="clinic-section">
      <h2>{t('figures')}</h2>
      <Facts
        items={[
          { label: t('visits'), value: total.count },
          { label: t('completed'), value: `${total.completed} (${percent(total.completion)})` },
          { label: t('cancelled'), value: total.cancelled },
          { label: t('missed'), value: total.missed },
          { label: t('minutes'), value: total.averageMinutes === null ? '—' : Math.round(total.averageMinutes) },
        ]}
      />
      <Chart
        title={t('byDay')}
        kind="bar"
        x={items.map(({ period }) => period.slice(5))}
        series={[
          { name: t('completed'), values: items.map(({ completed }) => completed) },
          { name: t('cancelled'), values: items.map(({ cancelled }) => cancelled) },
          { name: t('missed'), values: items.map(({ missed }) => missed) },
        ]}
      />
    </section>
  );
}
