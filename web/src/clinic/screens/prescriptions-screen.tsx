import { useMay } from '../access.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { PrescriptionTable } from '../prescriptions.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/prescriptions`: own ones, as a patient or as a doctor; everybody's for a pharmacist. */
export default function PrescriptionsScreen() {
  const t = useTexts('pharmacy');
  const title = useTexts('shell')('screens.prescriptions');
  const all = useMay()('prescriptions:review');
  return (
    <>
      <PageHeader title={title} lead={t(all ? 'intro.all' : 'intro.own')} />
      <PrescriptionTable label={title} />
    </>
  );
}
