import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Form, Input, Select } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
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
  const prefer = wishes.flatMap(periodOf).join(',');
  const query = { serviceId, limit: LIMIT, ...(departmentId && { departmentId }), ...(prefer && { prefer }) };
  return dataOf(api.GET('/api/v1/schedules/matches', { params: { query } }));
}

function Found({ wanted }: { wanted: Values }) {
  const t = useTexts('booking');
  const { data, error, refetch } = useQuery({ queryKey: ['matches', wanted], queryFn: () => match(wanted), gcTime: 0 });
  const headed = useId();
  // They come below the form, on a phone out of sight.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.scrollIntoView();
    heading.current?.focus({ preventScroll: true });
  }, [data, wanted]);
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <section className="clinic-list" aria-labelledby={headed}>
      <h2 id={headed} ref={heading} tabIndex={-1}>
        {t('times')}
      </h2>
      {data.items.length === 0 && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTimes')} />}
      <div className="clinic-cards">
        {data.items.map(({ practitionerId, name, startsAt, places, preference, minutesOff }) => (
          <article key={practitionerId + startsAt} className="clinic-card" data-testid="match">
            <div className="clinic-card-head">
              <h3>
                <When at={startsAt} />
              </h3>
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
    </section>
  );
}

/** Doctor and time together, the nearest to what somebody wishes first. */
export function Matches() {
  const t = useTexts('booking');
  const departments = useDepartments();
  const { services, error, again } = useServices();
  const [wanted, setWanted] = useState<Values>();
  const parts = (Object.keys(PARTS) as Part[]).map((value) => ({ value, label: t(`parts.${value}`) }));
  if (error) return <Failure error={error} onRetry={again} />;
  if (!services) return <PageSkeleton />;
  const [service] = services;
  if (!service) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noServices')} />;
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
          most={MOST_WISHES}
        >
          {(index) => (
            <>
              <Form.Item
                name={[index, 'date']}
                label={t('day')}
                extra={t('anyDay')}
                dependencies={[['wishes', index, 'part']]}
                rules={[
                  ({ getFieldValue }) => ({ required: getFieldValue(['wishes', index, 'part']) !== 'day', message: t('dayMissing') }),
                ]}
              >
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
