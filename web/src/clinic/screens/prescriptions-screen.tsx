import { PageHeader } from '../blocks/page-header.tsx';
import { PrescriptionTable } from '../prescriptions.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/prescriptions`: own ones, as a patient or as a doctor. */
export default function PrescriptionsScreen() {
  const t = useTexts('pharmacy');
  const title = useTexts('shell')('screens.prescriptions');
  return (
    <>
      <PageHeader title={title} lead={t('intro.own')} />
      <PrescriptionTable label={title} />
    </>
  );
}
