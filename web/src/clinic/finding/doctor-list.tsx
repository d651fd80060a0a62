import { useQuery } from '@tanstack/react-query';
import { Empty, Select } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { CardPages } from '../blocks/card-pages.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { periodOf } from '../clock.ts';
import { useTexts } from '../texts/areas.ts';
import { DoctorCard } from './doctor-card.tsx';
import { useDepartments, useSpecialities } from './doctors.ts';

const KINDS = ['doctor', 'counselor'] as const;
const SORTS = ['name', 'price', '-price', '-createdAt'] as const;
/** Yuan. */
const PRICES = ['50', '100', '200', '500'] as const;

/** The clinic's day, or what is left of it: nobody is free in the past. */
function free(day: string | undefined): { availableFrom?: string; availableTo?: string } {
  const { from, to } = periodOf(day ? { from: day, to: day } : {});
  if (!from || !to || Date.parse(to) <= Date.now()) return {};
  return { availableFrom: new Date(Math.max(Date.parse(from), Date.now())).toISOString(), availableTo: to };
}

function find({ page, pageSize, sort, filters }: ListState, signal: AbortSignal) {
  const { keyword, departmentId, speciality, kind, maxPrice, day } = filters;
  const order = SORTS.find((known) => known === sort);
  const known = KINDS.find((one) => one === kind);
  const query = {
    ...{ page, pageSize, ...free(day) },
    ...(keyword && { keyword }),
    ...(departmentId && { departmentId }),
    ...(speciality && { speciality }),
    ...(known && { kind: known }),
    ...(maxPrice && { maxPrice: Number(maxPrice) }),
    ...(order && { sort: order }),
  };
  return dataOf(api.GET('/api/v1/practitioners', { params: { query }, signal }));
}

/** Doctors by what they are, what they cost, and when they are free. */
export function DoctorList() {
  const t = useTexts('booking');
  const shell = useTexts('shell');
  const list = useListState();
  const departments = useDepartments();
  const specialities = useSpecialities();
  const { data, error, refetch } = useQuery({
    queryKey: ['practitioners', list.state],
    queryFn: ({ signal }) => find(list.state, signal),
  });
  return (
    <section className="clinic-list" aria-label={t('ways.doctors')}>
      <div className="clinic-list-bar">
        <div className="clinic-list-filters">
          <FilterBar
            list={list}
            filters={[
              { kind: 'choice', name: 'departmentId', label: t('department'), options: departments },
              { kind: 'text', name: 'keyword', label: t('keyword') },
              { kind: 'choice', name: 'speciality', label: t('speciality'), options: specialities },
              { kind: 'day', name: 'day', label: t('freeOn') },
              {
                ...{ kind: 'choice', name: 'maxPrice', label: t('maxPrice') },
                options: PRICES.map((value) => ({ value, label: `¥${value}` })),
              },
              { kind: 'choice', name: 'kind', label: t('kind'), options: KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
            ]}
          />
        </div>
        <Select
          className="clinic-sort"
          aria-label={shell('table.sort')}
          value={list.state.sort ?? 'name'}
          onChange={(sort) => list.change({ sort: sort === 'name' ? null : sort })}
          options={SORTS.map((value) => ({ value, label: t(`sorts.${value}`) }))}
        />
      </div>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!error && !data && <PageSkeleton />}
      {data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('none')} />}
      <div className="clinic-cards">
        {data?.items.map((doctor) => (
          <DoctorCard key={doctor.id} doctor={doctor} />
        ))}
      </div>
      {data && (
        <CardPages
          page={list.state.page}
          pageSize={list.state.pageSize}
          total={data.pagination.total}
          onPage={(page) => list.change({ page })}
        />
      )}
    </section>
  );
}
