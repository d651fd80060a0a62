import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useId } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Chart } from '../blocks/chart.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Figures } from '../blocks/figures.tsx';
import { useListState } from '../blocks/list-state.ts';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { clinicDate } from '../booking.ts';
import { clinicZone } from '../clock.ts';
import { usePractitioners } from '../practitioners.ts';
import { useTexts } from '../texts/areas.ts';

/** Days that are shown, today in their middle. */
const BEFORE = 14;
const AFTER = 14;
const STARS = ['1', '2', '3', '4', '5'] as const;

const readPlaces = (id: string, zone: string) => {
  const query = { from: clinicDate(-BEFORE, zone), until: clinicDate(AFTER, zone) };
  return dataOf(api.GET('/api/v1/practitioners/{id}/schedule', { params: { path: { id }, query } }));
};
const readReviews = (practitionerId: string) =>
  dataOf(api.GET('/api/v1/practitioners/{practitionerId}/reviews/statistics', { params: { path: { practitionerId } } }));

function Places({ id }: { id: string }) {
  const t = useTexts('figures');
  const zone = clinicZone.get();
  const { data, error, refetch } = useQuery({ queryKey: ['schedule', id, 'figures'], queryFn: () => readPlaces(id, zone) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <Figures
        items={(['offered', 'booked', 'used', 'cancelled'] as const).map((name) => ({
          label: t(`places.${name}`),
          value: data.totals[name],
        }))}
      />
      <Chart
        title={t('placesByDay')}
        kind="line"
        x={data.days.map(({ date }) => date.slice(5))}
        series={(['offered', 'booked', 'used'] as const).map((name) => ({
          name: t(`places.${name}`),
          values: data.days.map((day) => day[name]),
        }))}
      />
    </>
  );
}

function Stars({ id }: { id: string }) {
  const t = useTexts('figures');
  const { data, error, refetch } = useQuery({ queryKey: ['reviews', 'figures', id], queryFn: () => readReviews(id) });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <Figures
        items={[
          { label: t('reviews'), value: data.count },
          { label: t('rating'), value: data.average?.toFixed(2) ?? '–' },
          { label: t('satisfaction'), value: data.satisfaction === null ? '–' : `${Math.round(data.satisfaction * 100)} %` },
        ]}
      />
      <Chart
        title={t('starsDistribution')}
        kind="bar"
        x={STARS.map((stars) => t('starsOf', { count: Number(stars) }))}
        series={[{ name: t('reviews'), values: STARS.map((stars) => data.stars[stars] ?? 0) }]}
      />
      {data.tags.length > 0 && (
        <Chart
          title={t('tagsChosen')}
          kind="bar"
          x={data.tags.map(({ name }) => name)}
          series={[{ name: t('reviews'), values: data.tags.map(({ count }) => count) }]}
        />
      )}
    </>
  );
}

/** Places and reviews of one practitioner. */
export function PractitionerFigures() {
  const t = useTexts('figures');
  const field = useId();
  const list = useListState();
  const practitioners = usePractitioners();
  const id = list.state.filters['practitionerId'] ?? practitioners[0]?.value;
  return (
    <section className="clinic-list">
      <div className="clinic-filter">
        <label htmlFor={field}>{t('practitioner')}</label>
        <Select
          id={field}
          value={id ?? null}
          options={practitioners}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(practitionerId) => list.change({ filters: { practitionerId } })}
        />
      </div>
      {id !== undefined && (
        <>
          <Places id={id} />
          <Stars id={id} />
        </>
      )}
    </section>
  );
}
