import { useQuery } from '@tanstack/react-query';
import { Button, Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { useMay } from '../access.ts';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { When } from '../blocks/when.tsx';
import { type Patient, PATIENTS, readPatient } from '../patients.tsx';
import { go, to } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

function loadTimeline(userId: string, { page, pageSize, filters }: ListState, signal: AbortSignal) {
  const { kinds } = filters;
  const params = { path: { userId }, query: { page, pageSize, ...(kinds && { kinds }) } };
  return dataOf(api.GET('/api/v1/patients/{userId}/timeline', { params, signal }));
}
type Entry = Awaited<ReturnType<typeof loadTimeline>>['items'][number];

const KINDS = ['visit', 'appointment', 'record', 'admission', 'discharge', 'prescription', 'order', 'health_data'] as const;
/** Where the entries have screens of their own. */
const PLACES: Partial<Record<Entry['kind'], string>> = {
  ...{ visit: 'visits', appointment: 'appointments', prescription: 'prescriptions', record: 'records' },
  ...{ admission: 'inpatients', discharge: 'inpatients' },
};

function Title({ entry: { kind, id, title } }: { entry: Entry }) {
  const place = PLACES[kind];
  return place ? <Link to={to(`/${place}/${id}`)}>{title}</Link> : title;
}

function Card({ entry }: { entry: Entry }) {
  const t = useTexts('patients');
  return (
    <article className="clinic-card" data-testid="timeline-card">
      <div className="clinic-card-head">
        <h2>
          <Title entry={entry} />
        </h2>
      </div>
      <p>{[t(`kinds.${entry.kind}`), entry.with].filter(Boolean).join(' · ')}</p>
      <p>
        <When at={entry.at} />
      </p>
    </article>
  );
}

function Timeline({ patient }: { patient: Patient }) {
  const t = useTexts('patients');
  const list = useListState();
  const columns: Column<Entry>[] = [
    { key: 'at', title: t('when'), render: ({ at }) => <When at={at} /> },
    { key: 'kind', title: t('kind'), render: ({ kind }) => t(`kinds.${kind}`) },
    { key: 'title', title: t('what'), pinned: true, render: (entry) => <Title entry={entry} /> },
    { key: 'with', title: t('with'), render: (entry) => entry.with ?? '—' },
  ];
  return (
    <>
      <h2>{t('timeline')}</h2>
      <DataTable<Entry>
        name={`${PATIENTS}-${patient.id}`}
        label={t('timeline')}
        list={list}
        load={(state, signal) => loadTimeline(patient.id, state, signal)}
        columns={columns}
        rowKey={({ kind, id }) => `${kind}-${id}`}
        card={(entry) => <Card entry={entry} />}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noTimeline')} />}
        filters={
          <FilterBar
            list={list}
            filters={[
              { kind: 'choice', name: 'kinds', label: t('kind'), options: KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })) },
            ]}
          />
        }
      />
    </>
  );
}

/** `/clinic/patients/:id`: who a patient is and what happened to them. */
export default function PatientScreen({ params }: ScreenProps) {
  const t = useTexts('patients');
  const may = useMay();
  const id = params['id'] ?? '';
  const { data: patient, error, refetch } = useQuery({ queryKey: [PATIENTS, 'one', id], queryFn: () => readPatient(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!patient) return <PageSkeleton />;
  const actions = (
    <>
      {may('records:write') && (
        <Button onClick={() => go(`/patients/${id}/record`)} data-testid="write-record">
          {t('writeRecord')}
        </Button>
      )}
      {may('prescriptions:write') && (
        <Button type="primary" onClick={() => go(`/patients/${id}/prescribe`)} data-testid="prescribe">
          {t('prescribe')}
        </Button>
      )}
    </>
  );
  return (
    <>
      <PageHeader title={patient.name} actions={actions} />
      <Facts
        items={[
          { label: t('sex'), value: t(`sexes.${patient.sex}`) },
          { label: t('birthDate'), value: patient.birthDate },
          { label: t('idNumber'), value: patient.idNumber },
          { label: t('phone'), value: patient.phone },
        ]}
      />
      <Timeline patient={patient} />
    </>
  );
}
