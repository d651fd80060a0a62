import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { to } from '../route.ts';
import { HolidayList } from '../schedule/holiday-list.tsx';
import { LeaveList } from '../schedule/leave-list.tsx';
import { TaskList } from '../schedule/task-list.tsx';
import { useTexts } from '../texts/areas.ts';

function load({ page, pageSize, filters: { keyword } }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/practitioners', { params: { query: { page, pageSize, ...(keyword && { keyword }) } }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

function PractitionerList() {
  const t = useTexts('schedule');
  const admin = useTexts('admin');
  const list = useListState();
  const columns: Column<Row>[] = [
    { key: 'name', title: admin('person'), pinned: true, render: ({ id, name }) => <Link to={to(`/schedules/${id}`)}>{name}</Link> },
    { key: 'kind', title: admin('kind'), render: ({ kind }) => admin(`kinds.${kind}`) },
    { key: 'title', title: admin('title'), render: ({ title }) => title ?? '—' },
    { key: 'department', title: admin('department'), render: ({ department }) => department?.name ?? '—' },
  ];
  return (
    <DataTable<Row>
      name="schedules"
      label={t('views.practitioners')}
      list={list}
      load={load}
      columns={columns}
      rowKey={({ id }) => id}
      filters={<FilterBar list={list} filters={[{ kind: 'text', name: 'keyword', label: admin('keyword') }]} />}
    />
  );
}

/** `/clinic/schedules`: everybody's working hours, leave, tasks, and the clinic's holidays. */
export default function SchedulesScreen() {
  const t = useTexts('schedule');
  const title = useTexts('shell')('screens.schedules');
  return (
    <>
      <PageHeader title={title} lead={t('intro.all')} />
      <Views
        label={t('viewsLabel')}
        views={[
          { key: 'practitioners', label: t('views.practitioners'), content: <PractitionerList /> },
          { key: 'leave', label: t('views.leave'), content: <LeaveList /> },
          { key: 'holidays', label: t('views.holidays'), content: <HolidayList /> },
          { key: 'tasks', label: t('views.tasks'), content: <TaskList /> },
        ]}
      />
    </>
  );
}
