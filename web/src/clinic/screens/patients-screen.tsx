import { Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import { FilterBar } from '../blocks/filter-bar.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { PATIENTS } from '../patients.tsx';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

function load({ page, pageSize, filters }: ListState, signal: AbortSignal) {
  const { keyword } = filters;
  return dataOf(api.GET('/api/v1/patients', { params: { query: { page, pageSize, ...(keyword && { keyword }) } }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const linkTo = ({ id }: Row) => to(`/patients/${id}`);

function Card({ row }: { row: Row }) {
  const t = useTexts('patients');
  return (
    <article className="clinic-card" data-testid="patient-card">
      <div className="clinic-card-head">
        <h2>
          <Link to={linkTo(row)}>{row.name}</Link>
        </h2>
      </div>
      <p>{[t(`sexes.${row.sex}`), row.birthDate].filter(Boolean).join(' · ')}</p>
    </article>
  );
}

/** `/clinic/patients`: whom a doctor cares for. */
export default function PatientsScreen() {
  const t = useTexts('patients');
  const title = useTexts('shell')('screens.patients');
  const list = useListState();
  const columns: Column<Row>[] = [
    { key: 'name', title: t('name'), pinned: true, render: (row) => <Link to={linkTo(row)}>{row.name}</Link> },
    { key: 'sex', title: t('sex'), render: ({ sex }) => t(`sexes.${sex}`) },
    { key: 'birthDate', title: t('birthDate'), render: ({ birthDate }) => birthDate ?? '—' },
  ];
  return (
    <>
      <PageHeader title={title} lead={t('intro.patients')} />
      <DataTable<Row>
        name={PATIENTS}
        label={title}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        card={(row) => <Card row={row} />}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noPatients')} />}
        filters={<FilterBar list={list} filters={[{ kind: 'text', name: 'keyword', label: t('name') }]} />}
      />
    </>
  );
}
