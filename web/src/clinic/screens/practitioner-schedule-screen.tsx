import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { PractitionerSchedule } from '../schedule/practitioner-schedule.tsx';
import type { ScreenProps } from '../screens.ts';

const read = (id: string) => dataOf(api.GET('/api/v1/practitioners/{id}', { params: { path: { id } } }));

/** `/clinic/schedules/:id`: working hours and leave of a practitioner, for those who manage them. */
export default function PractitionerScheduleScreen({ params: { id = '' } }: ScreenProps) {
  const { data, error, refetch } = useQuery({ queryKey: ['practitioners', id], queryFn: () => read(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={data.name} lead={[data.title, data.department?.name].filter(Boolean).join(' · ')} />
      <PractitionerSchedule id={id} tasks={null} />
    </>
  );
}
