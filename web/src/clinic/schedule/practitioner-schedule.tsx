import type { ReactNode } from 'react';
import { Views } from '../blocks/views.tsx';
import { useTexts } from '../texts/areas.ts';
import { DayChanges } from './day-changes.tsx';
import { DayPlan } from './day-plan.tsx';
import { LeaveList } from './leave-list.tsx';
import { WeeklyHours } from './weekly-hours.tsx';

/** Everything about when a practitioner works. `tasks`: those that are theirs, where they belong to it */
export function PractitionerSchedule({ id, tasks }: { id: string; tasks: ReactNode }) {
  const t = useTexts('schedule');
  return (
    <Views
      label={t('viewsLabel')}
      views={[
        { key: 'plan', label: t('views.plan'), content: <DayPlan id={id} /> },
        { key: 'hours', label: t('views.hours'), content: <WeeklyHours id={id} /> },
        { key: 'changes', label: t('views.changes'), content: <DayChanges id={id} /> },
        { key: 'leave', label: t('views.leave'), content: <LeaveList id={id} /> },
        Boolean(tasks) && { key: 'tasks', label: t('views.tasks'), content: tasks },
      ]}
    />
  );
}
