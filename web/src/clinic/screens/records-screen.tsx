import { Empty } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { Link } from '../../components/page.tsx';
import { type Column, DataTable } from '../blocks/data-table.tsx';
import type { ListState } from '../blocks/list-query.ts';
import { useListState } from '../blocks/list-state.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { When } from '../blocks/when.tsx';
import { RECORDS } from '../records.ts';
import { to } from '../route.ts';
import { useTexts } from '../texts/areas.ts';

function load({ page, pageSize }: ListState, signal: AbortSignal) {
  return dataOf(api.GET('/api/v1/medical-records', { params: { query: { page, pageSize } }, signal }));
}
type Row = Awaited<ReturnType<typeof load>>['items'][number];

const linkTo = ({ id }: Row): string => to(`/records/${id}`);

/** `/clinic/records`: what doctors wrote about the patient that looks, and about the people of the account. */
export default function RecordsScreen() {
  const t = useTexts('patients');
  const shell = useTexts('shell');
  const list = useListState();
  const columns: Column<Row>[] = [
    {
      ...{ key: 'at', title: t('when'), pinned: true },
      render: (row) => (
        <Link to={linkTo(row)}>
          <When at={row.visitedAt} />
        </Link>
      ),
    },
    { key: 'kind', title: t('recordKind'), render: ({ kind }) => t(`recordKinds.${kind}`) },
    { key: 'patient', title: t('forWhom'), render: ({ patient }) => patient.name },
    { key: 'author', title: t('with'), render: ({ author }) => author.name },
  ];
  return (
    <>
      <PageHeader title={shell('screens.records')} lead={t('intro.records')} />
      <DataTable<Row>
        name={RECORDS}
        label={shell('screens.records')}
        list={list}
        load={load}
        columns={columns}
        rowKey={({ id }) => id}
        card={(row) => (
          <article className="clinic-card" data-testid="record-card">
            <h2>
              <Link to={linkTo(row)}>{t(`recordKinds.${row.kind}`)}</Link>
            </h2>
            <p>{`${row.patient.name} · ${row.author.name}`}</p>
            <p>
              <When at={row.visitedAt} />
            </p>
          </article>
        )}
        empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('noRecords')} />}
      />
    </>
  );
}
