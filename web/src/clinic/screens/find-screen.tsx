import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useDebounced } from '../blocks/use-debounced.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

const readDepartments = async () => (await dataOf(api.GET('/api/v1/departments', { params: { query: { pageSize: 100 } } }))).items;

function find(departmentId: string | undefined, keyword: string) {
  const query = { pageSize: 50, ...(departmentId && { departmentId }), ...(keyword && { keyword }) };
  return dataOf(api.GET('/api/v1/practitioners', { params: { query } }));
}
type Practitioner = Awaited<ReturnType<typeof find>>['items'][number];

function Card({ practitioner }: { practitioner: Practitioner }) {
  const t = useTexts('booking');
  const { id, name, title, department, introduction, specialities, price } = practitioner;
  return (
    <article className="clinic-card" data-testid="practitioner-card">
      <div className="clinic-card-head">
        <h2>{name}</h2>
        {price !== null && <Money yuan={price} />}
      </div>
      <p>{[title, department?.name].filter(Boolean).join(' · ')}</p>
      {introduction && <p>{introduction}</p>}
      {specialities.length > 0 && <p>{specialities.join('、')}</p>}
      <Button type="primary" onClick={() => go(`/book/${id}`)} data-testid="book-practitioner">
        {t('bookNow')}
      </Button>
    </article>
  );
}

/** `/clinic/book`: find a doctor by department and name. */
export default function FindScreen() {
  const t = useTexts('booking');
  const shell = useTexts('shell');
  const [department, setDepartment] = useState<string>();
  const [typed, setTyped] = useState('');
  const keyword = useDebounced(typed.trim());
  const departments = useQuery({ queryKey: ['departments'], queryFn: readDepartments });
  const found = useQuery({ queryKey: ['practitioners', department, keyword], queryFn: () => find(department, keyword) });
  return (
    <>
      <PageHeader title={shell('screens.book')} lead={t('intro.find')} />
      <div className="clinic-filters">
        <Select
          allowClear
          aria-label={t('department')}
          placeholder={t('department')}
          value={department}
          onChange={setDepartment}
          options={(departments.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          style={{ minWidth: 160 }}
        />
        <Input.Search
          className="clinic-search"
          aria-label={t('keyword')}
          placeholder={t('keyword')}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </div>
      {found.error && <Failure page error={found.error} onRetry={() => void found.refetch()} />}
      {!found.error && !found.data && <PageSkeleton />}
      {found.data?.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('none')} />}
      <div className="clinic-cards">
        {found.data?.items.map((practitioner) => (
          <Card key={practitioner.id} practitioner={practitioner} />
        ))}
      </div>
    </>
  );
}
