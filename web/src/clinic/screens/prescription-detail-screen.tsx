import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { api, dataOf } from '../../api/client.ts';
import { useMay } from '../access.ts';
import { useConfirm } from '../blocks/confirm.tsx';
import { ExportButton } from '../blocks/export-button.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useAction } from '../blocks/use-action.ts';
import { PrescriptionView } from '../prescription-view.tsx';
import { type Prescription, PrescriptionState, PRESCRIPTIONS, readPrescription } from '../prescriptions.tsx';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

const review = ({ id, version, reason }: { id: string; version: number; reason: string | null }) => {
  const body = reason === null ? { decision: 'approve' as const, version } : { decision: 'reject' as const, version, reason };
  return dataOf(api.POST('/api/v1/prescriptions/{id}/review', { params: { path: { id } }, body }));
};

function Actions({ prescription }: { prescription: Prescription }) {
  const t = useTexts('pharmacy');
  const confirm = useConfirm();
  const reviews = useMay()('prescriptions:review');
  const { id, version, status, prescriptionNo } = prescription;
  const approve = useAction({ run: review, done: t('approved'), stale: [[PRESCRIPTIONS], [`${PRESCRIPTIONS}-submitted`]] });
  const reject = useAction({ run: review, done: t('rejected'), stale: [[PRESCRIPTIONS], [`${PRESCRIPTIONS}-submitted`]] });
  async function ask(): Promise<void> {
    const sure = await confirm({
      ...{ title: t('rejectTitle'), confirm: t('reject'), cancel: t('keep'), danger: true },
      reason: { label: t('reason'), required: true },
    });
    if (sure) reject.run({ id, version, reason: sure.reason });
  }
  return (
    <div className="clinic-actions">
      {status === 'approved' && (
        <ExportButton path={`/api/v1/prescriptions/${id}/pdf`} fileName={`${prescriptionNo}.pdf`} label={t('pdf')} />
      )}
      {reviews && status === 'submitted' && (
        <>
          <Button danger loading={reject.busy} onClick={() => void ask()} data-testid="prescription-reject">
            {t('reject')}
          </Button>
          <Button
            type="primary"
            loading={approve.busy}
            onClick={() => approve.run({ id, version, reason: null })}
            data-testid="prescription-approve"
          >
            {t('approve')}
          </Button>
        </>
      )}
    </div>
  );
}

/** `/clinic/prescriptions/:id`: one prescription; pharmacists decide here. */
export default function PrescriptionScreen({ params }: ScreenProps) {
  const id = params['id'] ?? '';
  const { data, error, refetch } = useQuery({ queryKey: [PRESCRIPTIONS, 'one', id], queryFn: () => readPrescription(id) });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={data.prescriptionNo} lead={<PrescriptionState status={data.status} />} actions={<Actions prescription={data} />} />
      <PrescriptionView prescription={data} />
    </>
  );
}
