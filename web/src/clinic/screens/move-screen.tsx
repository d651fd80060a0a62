import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { api, ApiFailure, dataOf } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { type Appointment, APPOINTMENTS, readAppointment } from '../booking.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { SlotPicker, SLOTS } from '../slot-picker.tsx';
import { useTexts } from '../texts/areas.ts';

const move = ({ id, scheduledTime }: { id: string; scheduledTime: string }) =>
  dataOf(api.PATCH('/api/v1/appointments/{id}', { params: { path: { id } }, body: { scheduledTime } }));

function Move({ appointment: { id, practitioner, service } }: { appointment: Appointment }) {
  const t = useTexts('booking');
  const client = useQueryClient();
  const [startsAt, setStartsAt] = useState('');
  const moving = useAction({
    run: async (choice: { id: string; scheduledTime: string }) => {
      try {
        return await move(choice);
      } catch (error) {
        if (error instanceof ApiFailure && error.code === 'slot_taken') {
          setStartsAt('');
          await client.invalidateQueries({ queryKey: [SLOTS] });
        }
        throw error;
      }
    },
    done: t('moved'),
    stale: [[APPOINTMENTS], [SLOTS]],
    onDone: () => go(`/appointments/${id}`),
  });
  return (
    <>
      <SlotPicker practitionerId={practitioner.id} serviceId={service.id} chosen={startsAt} onChoose={setStartsAt} />
      {startsAt && (
        <p>
          {t('newTime')}: <When at={startsAt} relative />
        </p>
      )}
      <div className="clinic-actions">
        <Button onClick={() => go(`/appointments/${id}`)}>{t('keepTime')}</Button>
        <Button type="primary" disabled={!startsAt} loading={moving.busy} onClick={() => moving.run({ id, scheduledTime: startsAt })}>
          {t('moveHere')}
        </Button>
      </div>
    </>
  );
}

/** `/clinic/appointments/:id/move`: another time for an appointment. */
export default function MoveScreen({ params }: ScreenProps) {
  const t = useTexts('booking');
  const id = params['id'] ?? '';
  const { data, error, refetch } = useQuery({ queryKey: [APPOINTMENTS, 'one', id], queryFn: () => readAppointment(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader
        title={t('move')}
        lead={
          <>
            {data.service.name} · {data.practitioner.name} · <When at={data.startsAt} />
          </>
        }
      />
      <Move appointment={data} />
    </>
  );
}
