import { useMay } from '../access.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { StayList } from '../inpatients/stay-list.tsx';
import { WardList } from '../inpatients/ward-list.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/inpatients`: who is in hospital, and the wards. */
export default function InpatientsScreen() {
  const t = useTexts('inpatients');
  const may = useMay();
  return (
    <>
      <PageHeader title={useTexts('shell')('screens.inpatients')} lead={t('intro')} />
      <Views
        label={t('viewsLabel')}
        views={[
          may('inpatients:manage') && { key: 'stays', label: t('views.stays'), content: <StayList /> },
          { key: 'wards', label: t('views.wards'), content: <WardList /> },
        ]}
      />
    </>
  );
}
