import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { APPOINTMENT_TONES, APPOINTMENTS, type AppointmentStatus } from '../booking.ts';
import { periodOf } from '../clock.ts';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

const STATES = Object.keys(APPOINTMENT_TONES) as AppointmentStatus[];

function load({ page, pageSize, sort, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['status']);
  const order: 'startsAt' | '-startsAt' = sort === 'startsAt' ? sort : '-startsAt';
  const { appointmentNo } = filters;
  const narrowed = { ...(state && { status: [state] }), ...(appointmentNo && { appointmentNo }), ...periodOf(filters) };
  return dataOf(api.GET('/api/v1/appointments', { params: { query: { as: 'all', page, pageSize, sort: order, ...narrowed } }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

/** `/clinic/all-appointments`: appointments of everybody. */
export default function AllAppointmentsScreen() {
  const t = useTexts('booking');
  const admin = useTexts('admin');
  const title = useTexts('shell')('screens.allAppointments');
  const list = useListState();
  const columns: Column<Row>[] = [
    {
      ...{ key: 'no', title: t('no'), pinned: true },
      render: ({ id, appointmentNo }) => <Link to={to(`/appointments/${id}`)}>{appointmentNo}</Link>,
    },
    {
      ...{ key: 'status', title: t('status'), badge: true },
      render: ({ status }) => <StatusTag tone={APPOINTMENT_TONES[status]}>{t(`states.${status}`)}</StatusTag>,
    },
    { key: 'start', title: t('start'), sort: 'startsAt', render: ({ startsAt }) => <When at={startsAt} relative /> },
    { key: 'service', title: t('service'), render: ({ service }) => service.name },
    { key: 'practitioner', title: t('practitioner'), render: ({ practitioner }) => practitioner.name },
    { key: 'patient', title: t('patient'), render: ({ patient }) => patient.name },
    { key: 'queueNo', title: t('queueNo'), align: 'right', hidden: true, render: ({ queueNo }) => queueNo ?? '—' },
    { key: 'created', title: admin('created'), hidden: true, render: ({ createdAt }) => <When at={createdAt} /> },
  ];
  return (
    <>
      <PageHeader title={title} lead={admin('intro.appointments')} />
      <DataTable<Row>
        name={`${APPOINTMENTS}-all`}
        label={title}
        list={list}
        load={load}
        columns={columns}
        usualSort="-startsAt"
        rowKey={({ id }) => id}
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'text', name: 'appointmentNo', label: t('no') },
              {
                ...{ kind: 'choice', name: 'status', label: t('status') },
                options: STATES.map((value) => ({ value, label: t(`states.${value}`) })),
              },
              { kind: 'period' },
            ]}
          />
        }
      />
    </>
  );
}
