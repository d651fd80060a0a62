import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { useMay } from '../access.ts';
import { AppointmentState } from '../appointment-state.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { When } from '../blocks/when.tsx';
import { APPOINTMENTS, type AppointmentStatus, clinicDate } from '../booking.ts';
import { clinicZone, periodOf } from '../clock.ts';
import { go, to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

const STATES: readonly AppointmentStatus[] = ['pending', 'confirmed', 'in_progress', 'completed', 'cancelled'];

function load({ page, pageSize, sort, filters }: ListState, signal: AbortSignal) {
  const state = STATES.find((known) => known === filters['status']);
  const order: 'startsAt' | '-startsAt' = sort === 'startsAt' ? sort : '-startsAt';
  const { day = '' } = filters;
  const query = { page, pageSize, sort: order, ...(state && { status: [state] }), ...periodOf({ from: day, to: day }) };
  return dataOf(api.GET('/api/v1/appointments', { params: { query }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const linkTo = ({ id }: Row): string => to(`/appointments/${id}`);

function Card({ row }: { row: Row }) {
  return (
    <article className="clinic-card" data-testid="appointment-card">
      <div className="clinic-card-head">
        <h2>
          <Link to={linkTo(row)}>{row.service.name}</Link>
        </h2>
        <AppointmentState status={row.status} outcome={row.outcome} />
      </div>
      <p>{`${row.practitioner.name} · ${row.patient.name}`}</p>
      <p>
        <When at={row.startsAt} relative />
      </p>
    </article>
  );
}

/** `/clinic/appointments`: the appointments of a patient, or those with a doctor. */
export default function AppointmentsScreen() {
  const t = useTexts('booking');
  const shell = useTexts('shell');
  const may = useMay();
  const serves = may('appointments:serve');
  const list = useListState();
  const withPractitioner: Column<Row> = { key: 'practitioner', title: t('practitioner'), render: ({ practitioner }) => practitioner.name };
  const columns: Column<Row>[] = [
    { key: 'service', title: t('service'), pinned: true, render: (row) => <Link to={linkTo(row)}>{row.service.name}</Link> },
    { key: 'status', title: t('status'), render: ({ status, outcome }) => <AppointmentState status={status} outcome={outcome} /> },
    { key: 'start', title: t('start'), sort: 'startsAt', render: ({ startsAt }) => <When at={startsAt} relative /> },
    ...(serves ? [] : [withPractitioner]),
    { key: 'patient', title: t('patient'), render: ({ patient }) => patient.name },
    { key: 'queueNo', title: t('queueNo'), align: 'right', render: ({ queueNo }) => queueNo ?? '—' },
    { key: 'no', title: t('no'), hidden: true, render: ({ appointmentNo }) => appointmentNo },
  ];
  const create = (
    <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => go('/book')}>
      {shell('screens.book')}
    </Button>
  );
  const today = (
    <Button
      type="primary"
      onClick={() => list.change({ filters: { day: clinicDate(0, clinicZone.get()) }, sort: 'startsAt' })}
      data-testid="today"
    >
      {t('today')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={shell('screens.appointments')}
        lead={t(serves ? 'intro.served' : 'intro.appointments')}
        actions={serves ? today : may('appointments:book') && create}
      />
      <DataTable<Row>
        name={APPOINTMENTS}
        label={shell('screens.appointments')}
        list={list}
        load={load}
        columns={columns}
        usualSort="-startsAt"
        rowKey={({ id }) => id}
        card={(row) => <Card row={row} />}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('empty')} />}
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'day', name: 'day', label: t('day') },
              {
                kind: 'choice',
                name: 'status',
                label: t('status'),
                options: STATES.map((value) => ({ value, label: t(`states.${value}`) })),
              },
            ]}
          />
        }
      />
    </>
  );
}
