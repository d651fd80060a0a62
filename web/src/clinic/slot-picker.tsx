/** Free times of a doctor, to book one of them or to move there. */
import { useQuery } from '@tanstack/react-query';
import { Button, Empty } from 'antd';
import { useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { language } from '../i18n/index.ts';
import { useStore } from '../use-store.ts';
import { Failure } from './blocks/failure.tsx';
import { PageSkeleton } from './blocks/page-skeleton.tsx';
import { clinicDate } from './booking.ts';
import { clinicZone, useNow } from './clock.ts';
import { useTexts } from './texts/areas.ts';
import { sameClock, zoneName } from './times.ts';

/** Beginning of the keys of all that is read about them. */
export const SLOTS = 'slots';

const DAYS = 13;
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

function readSlots(id: string, serviceId: string) {
  const zone = clinicZone.get();
  const query = { from: clinicDate(0, zone), until: clinicDate(DAYS, zone), serviceId };
  return dataOf(api.GET('/api/v1/practitioners/{id}/slots', { params: { path: { id }, query } }));
}

interface SlotPickerProps {
  practitionerId: string;
  serviceId: string;
  /** Start of the time that is chosen, ISO 8601; empty for none. */
  chosen: string;
  onChoose(time: string): void;
}

/** The times of two weeks, a day at a time. */
export function SlotPicker({ practitionerId, serviceId, chosen, onChoose }: SlotPickerProps) {
  const t = useTexts('booking');
  const locale = useStore(language) === 'zh' ? 'zh-CN' : 'en';
  const zone = useStore(clinicZone);
  const now = useNow();
  const [day, setDay] = useState('');
  const { data, error, refetch } = useQuery({
    queryKey: [SLOTS, practitionerId, serviceId],
    queryFn: () => readSlots(practitionerId, serviceId),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const days = data.days
    .map(({ date, slots }) => ({ date, slots: slots.filter(({ available, reason }) => available || reason === 'fully_booked') }))
    .filter(({ slots }) => slots.length > 0);
  if (days.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTimes')} />;
  const shown = days.find(({ date }) => date === day) ?? days[0];
  return (
    <div className="clinic-times">
      <div className="clinic-days" role="group" aria-label={t('day')}>
        {days.map(({ date, slots }) => (
          <Button
            key={date}
            type={date === shown?.date ? 'primary' : 'default'}
            aria-pressed={date === shown?.date}
            onClick={() => setDay(date)}
          >
            <span>
              {dayName(date, locale)}
              <small>{t('free', { count: slots.filter(({ available }) => available).length })}</small>
            </span>
          </Button>
        ))}
      </div>
      {!sameClock(zone, HERE, now) && <p className="clinic-zone">{t('clock', { zone: zoneName(zone, now, locale) })}</p>}
      <div className="clinic-slots" role="group" aria-label={t('times')}>
        {shown?.slots.map(({ time, startsAt, available }) => (
          <Button
            key={startsAt}
            type={chosen === startsAt ? 'primary' : 'default'}
            aria-pressed={chosen === startsAt}
            disabled={!available}
            title={available ? undefined : t('full')}
            onClick={() => onChoose(startsAt)}
            data-testid="slot"
          >
            {time}
          </Button>
        ))}
      </div>
    </div>
  );
}

/** For example Fri, Nov 27. */
const dayName = (date: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC' }).format(Date.parse(date));
