import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Empty, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { CardPages } from '../blocks/card-pages.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useDebounced } from '../blocks/use-debounced.ts';
import { useTexts } from '../texts/areas.ts';

const PAGE_SIZE = 20;
/** Kilometres. */
const RADII = [5, 10, 50, 200] as const;
const PATIENCE_MS = 10_000;

interface Place {
  longitude: number;
  latitude: number;
}

/** Where the reader is, asked of the browser; it asks the person. */
function readPlace(): Promise<Place> {
  const { promise, resolve, reject } = Promise.withResolvers<Place>();
  if (!('geolocation' in navigator)) reject(new Error('no position'));
  else {
    navigator.geolocation.getCurrentPosition(({ coords: { longitude, latitude } }) => resolve({ longitude, latitude }), reject, {
      timeout: PATIENCE_MS,
      maximumAge: 60_000,
    });
  }
  return promise;
}

interface Wanted {
  place: Place | null;
  radius: number;
  keyword: string;
  page: number;
}

async function find({ place, radius, keyword, page }: Wanted) {
  const paging = { page, pageSize: PAGE_SIZE };
  if (place) return dataOf(api.GET('/api/v1/hospitals/nearby', { params: { query: { ...paging, ...place, radius } } }));
  const { items, pagination } = await dataOf(
    api.GET('/api/v1/hospitals', { params: { query: { ...paging, ...(keyword && { keyword }) } } }),
  );
  return { items: items.map((hospital) => ({ ...hospital, distance: null })), pagination };
}
type Hospital = Awaited<ReturnType<typeof find>>['items'][number];

const readDepartments = async (id: string) =>
  (await dataOf(api.GET('/api/v1/hospitals/{id}/departments', { params: { path: { id } } }))).items;

/** What the hospital's own system says. */
function Departments({ id }: { id: string }) {
  const t = useTexts('hospitals');
  const [open, setOpen] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ['hospitals', 'departments', id],
    queryFn: () => readDepartments(id),
    enabled: open,
  });
  if (!open) return <Button onClick={() => setOpen(true)}>{t('showDepartments')}</Button>;
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton rows={1} />;
  return (
    <p>
      {t('departments')}: {data.map(({ name }) => name).join('、') || '—'}
    </p>
  );
}

function Card({ hospital: { id, name, level, address, phone, introduction, distance, linked } }: { hospital: Hospital }) {
  const t = useTexts('hospitals');
  return (
    <article className="clinic-card" data-testid="hospital-card">
      <div className="clinic-card-head">
        <h2>{name}</h2>
        {distance !== null && <span>{t('away', { km: (distance / 1_000).toFixed(1) })}</span>}
      </div>
      {level && <p>{level}</p>}
      <p>{address}</p>
      {phone && (
        <p>
          <a href={`tel:${phone}`}>{phone}</a>
        </p>
      )}
      {introduction && <p className="clinic-brief">{introduction}</p>}
      {linked && <Departments id={id} />}
    </article>
  );
}

/** `/clinic/nearby`: hospitals by name, or by how far away they are. */
export default function NearbyScreen() {
  const t = useTexts('hospitals');
  const shell = useTexts('shell');
  const [place, setPlace] = useState<Place | null>(null);
  const [state, setState] = useState<'idle' | 'asking' | 'refused'>('idle');
  const [radius, setRadius] = useState<number>(10);
  const [typed, setTyped] = useState('');
  const [page, setPage] = useState(1);
  const keyword = useDebounced(typed.trim());
  const wanted = { place, radius, keyword, page };
  const { data, error, refetch } = useQuery({ queryKey: ['hospitals', 'found', wanted], queryFn: () => find(wanted) });
  function show(next: Place | null): void {
    setPlace(next);
    setPage(1);
  }
  function look(): void {
    setState('asking');
    readPlace().then(
      (here) => {
        setState('idle');
        show(here);
      },
      () => setState('refused'),
    );
  }
  return (
    <>
      <PageHeader title={shell('screens.nearby')} lead={t('nearLead')} />
      <div className="clinic-filters">
        {place ? (
          <>
            <Select
              aria-label={t('radius')}
              value={radius}
              onChange={(value) => {
                setRadius(value);
                setPage(1);
              }}
              options={RADII.map((value) => ({ value, label: t('km', { count: value }) }))}
            />
            <Button onClick={() => show(null)}>{t('all')}</Button>
          </>
        ) : (
          <>
            <Input.Search
              className="clinic-search"
              aria-label={t('keyword')}
              placeholder={t('keyword')}
              maxLength={100}
              value={typed}
              onChange={({ target }) => {
                setTyped(target.value);
                setPage(1);
              }}
            />
            <Button type="primary" loading={state === 'asking'} onClick={look} data-testid="near-me">
              {t('near')}
            </Button>
          </>
        )}
      </div>
      <p>{t('positionText')}</p>
      {state === 'refused' && <Alert type="warning" showIcon title={t('noPosition')} />}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      {!error && !data && <PageSkeleton />}
      {data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(place ? 'noneNear' : 'none')} />}
      <div className="clinic-cards">
        {data?.items.map((hospital) => (
          <Card key={hospital.id} hospital={hospital} />
        ))}
      </div>
      {data && <CardPages page={page} pageSize={PAGE_SIZE} total={data.pagination.total} onPage={setPage} />}
    </>
  );
}
