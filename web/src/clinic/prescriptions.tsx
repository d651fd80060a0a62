/** The list of prescriptions, as its patient, its doctor or a pharmacist sees it. */
import { Empty } from 'antd';
import { api, dataOf } from '../api/client.ts';
import { Link } from '../components/page.tsx';
import { type Column, DataTable } from './blocks/data-table.tsx';
import type { ListState } from './blocks/list-query.ts';
import { useListState } from './blocks/list-state.ts';
import { StatusTag, type Tone } from './blocks/status-tag.tsx';
import { When } from './blocks/when.tsx';
import { to } from './route.ts';
import { useTexts } from './texts/areas.ts';

/** Beginning of the keys of all that is read about prescriptions. */
export const PRESCRIPTIONS = 'prescriptions';

export const readPrescription = (id: string) => dataOf(api.GET('/api/v1/prescriptions/{id}', { params: { path: { id } } }));
export type Prescription = Awaited<ReturnType<typeof readPrescription>>;
type PrescriptionStatus = Prescription['status'];
const TONES: Record<PrescriptionStatus, Tone> = { submitted: 'warn', approved: 'good', rejected: 'bad', cancelled: 'neutral' };

export function PrescriptionState({ status }: { status: PrescriptionStatus }) {
  const t = useTexts('pharmacy');
  return <StatusTag tone={TONES[status]}>{t(`states.${status}`)}</StatusTag>;
}

/** @param only one state, for a desk that works through them */
export function PrescriptionTable({ label, only }: { label: string; only?: PrescriptionStatus }) {
  const t = useTexts('pharmacy');
  const list = useListState();
  const load = ({ page, pageSize }: ListState, signal: AbortSignal) =>
    dataOf(api.GET('/api/v1/prescriptions', { params: { query: { page, pageSize, ...(only && { status: only }) } }, signal }));
  type Row = Awaited<ReturnType<typeof load>>['items'][number];
  const linkTo = ({ id }: Row) => to(`/prescriptions/${id}`);
  const columns: Column<Row>[] = [
    { key: 'no', title: t('no'), pinned: true, render: (row) => <Link to={linkTo(row)}>{row.prescriptionNo}</Link> },
    { key: 'status', title: t('status'), render: ({ status }) => <PrescriptionState status={status} /> },
    { key: 'patient', title: t('patient'), render: ({ patientName }) => patientName },
    { key: 'doctor', title: t('doctor'), render: ({ doctorName }) => doctorName },
    { key: 'created', title: t('created'), render: ({ createdAt }) => <When at={createdAt} /> },
  ];
  return (
    <DataTable<Row>
      name={only ? `${PRESCRIPTIONS}-${only}` : PRESCRIPTIONS}
      label={label}
      list={list}
      load={load}
      columns={columns}
      rowKey={({ id }) => id}
      card={(row) => (
        <article className="clinic-card" data-testid="prescription-card">
          <div className="clinic-card-head">
            <h2>
              <Link to={linkTo(row)}>{row.prescriptionNo}</Link>
            </h2>
            <PrescriptionState status={row.status} />
          </div>
          <p>{`${row.patientName} · ${row.doctorName}`}</p>
        </article>
      )}
      empty={<Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t('empty')} />}
    />
  );
}
