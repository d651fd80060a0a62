import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { FormRows } from '../blocks/form-rows.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { inClinicZone } from '../clock.ts';
import { go } from '../route.ts';
import { useTexts } from '../texts/areas.ts';
import { useDepartments, useServices } from './doctors.ts';

const LIMIT = 20;
const MOST_WISHES = 5;
/** On the clinic's clock. */
const PARTS = { day: ['00:00', '23:59'], morning: ['06:00', '12:00'], afternoon: ['12:00', '18:00'], evening: ['18:00', '23:59'] } as const;
type Part = keyof typeof PARTS;

interface Wish {
  date?: string;
  part: Part;
}
interface Values {
  serviceId: string;
  departmentId?: string;
  wishes: Wish[];
}

const instant = (date: string, time: string): string => new Date(inClinicZone(`${date}T${time}`)).toISOString();
const periodOf = ({ date, part }: Wish): string[] => (date ? [PARTS[part].map((time) => instant(date, time)).join('/')] : []);

function match({ serviceId, departmentId, wishes }: Values) {
  const prefer = wishes.flatMap(periodOf).slice(0, MOST_WISHES).join(',');
  const query = { serviceId, limit: LIMIT, ...(departmentId && { departmentId }), ...(prefer && { prefer }) };
  return dataOf(api.GET('/api/v1/schedules/matches', { params: { query } }));
}

function Found({ wanted }: { wanted: Values }) {
  const t = useTexts('booking');
  const { data, error, refetch } = useQuery({ queryKey: ['matches', wanted], queryFn: () => match(wanted), gcTime: 0 });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  if (data.items.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTimes')} />;
  return (
    <div className="clinic-cards">
      {data.items.map(({ practitionerId, name, startsAt, places, preference, minutesOff }) => (
        <article key={practitionerId + startsAt} className="clinic-card" data-testid="match">
          <div className="clinic-card-head">
            <h2>
              <When at={startsAt} />
            </h2>
            <span>{t('free', { count: places })}</span>
          </div>
          <p>{name}</p>
          {preference !== null && (
            <p>{minutesOff === 0 ? t('asWished', { number: preference + 1 }) : t('besideWish', { number: preference + 1 })}</p>
          )}
          <Button
            type="primary"
            aria-label={`${t('bookNow')}: ${name}`}
            onClick={() => go(`/book/${practitionerId}?serviceId=${wanted.serviceId}&at=${encodeURIComponent(startsAt)}`)}
            data-testid="match-book"
          >
            {t('bookNow')}
          </Button>
        </article>
      ))}
    </div>
  );
}

/** Doctor and time together, the nearest to what somebody wishes first. */
export function Matches() {
  const t = useTexts('booking');
  const departments = useDepartments();
  const services = useServices();
  const [wanted, setWanted] = useState<Values>();
  const parts = (Object.keys(PARTS) as Part[]).map((value) => ({ value, label: t(`parts.${value}`) }));
  const [service] = services;
  if (!service) return <PageSkeleton />;
  return (
    <section className="clinic-list" aria-label={t('ways.times')}>
      <p>{t('matchText')}</p>
      <Form<Values>
        layout="vertical"
        initialValues={{ serviceId: service.value, wishes: [{ part: 'day' }] }}
        onFinish={setWanted}
        className="clinic-form"
      >
        <Form.Item name="serviceId" label={t('service')} rules={[{ required: true }]}>
          <Select options={services} />
        </Form.Item>
        <Form.Item name="departmentId" label={t('department')}>
          <Select allowClear options={departments} />
        </Form.Item>
        <FormRows
          name="wishes"
          title={t('wishes')}
          rowTitle={(number) => t('wish', { number })}
          add={t('addWish')}
          remove={t('removeWish')}
          fresh={{ part: 'day' }}
          least={0}
        >
          {(index) => (
            <>
              <Form.Item name={[index, 'date']} label={t('day')}>
                <Input type="date" />
              </Form.Item>
              <Form.Item name={[index, 'part']} label={t('partOfDay')}>
                <Select options={parts} />
              </Form.Item>
            </>
          )}
        </FormRows>
        <Button type="primary" htmlType="submit" data-testid="match-find">
          {t('search')}
        </Button>
      </Form>
      {wanted && <Found wanted={wanted} />}
    </section>
  );
}
