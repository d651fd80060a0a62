import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { session } from '../../session.ts';
import { useStore } from '../../use-store.ts';
import { codeOf, Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { PractitionerSchedule } from '../schedule/practitioner-schedule.tsx';
import { TaskList } from '../schedule/task-list.tsx';
import { useTexts } from '../texts/areas.ts';

const read = () => dataOf(api.GET('/api/v1/practitioners/me'));

/** `/clinic/schedule`: the own working hours, leave and tasks. */
export default function ScheduleScreen() {
  const t = useTexts('schedule');
  const title = useTexts('shell')('screens.schedule');
  const own = useStore(session)?.user.id;
  const { data, error, refetch } = useQuery({ queryKey: ['practitioner-me'], queryFn: read, retry: false });
  const tasks = own !== undefined && <TaskList staffId={own} />;
  if (error && codeOf(error) === 'not_found') {
    return (
      <>
        <PageHeader title={title} lead={t('noProfile')} />
        {tasks}
      </>
    );
  }
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={title} lead={t('intro.own')} />
      <PractitionerSchedule id={data.id} tasks={tasks} />
    </>
  );
}
