import { PageHeader } from '../blocks/page-header.tsx';
import { PrescriptionTable } from '../prescriptions.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/prescription-reviews`: the pharmacist's desk. */
export default function PrescriptionReviewsScreen() {
  const t = useTexts('pharmacy');
  const title = useTexts('shell')('screens.prescriptionReviews');
  return (
    <>
      <PageHeader title={title} lead={t('intro.review')} />
      <PrescriptionTable label={title} only="submitted" />
    </>
  );
}
