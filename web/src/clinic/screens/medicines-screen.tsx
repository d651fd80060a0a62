import { ContraindicationList } from '../lists/contraindication-list.tsx';
import { MedicineList } from '../lists/medicine-list.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/medicines`: what can be prescribed, and what it does not go together with. */
export default function MedicinesScreen() {
  const t = useTexts('medicines');
  const title = useTexts('shell')('screens.medicines');
  return (
    <>
      <PageHeader title={title} lead={t('lead')} />
      <Views
        label={title}
        views={[
          { key: 'medicines', label: t('views.medicines'), content: <MedicineList /> },
          { key: 'contraindications', label: t('views.contraindications'), content: <ContraindicationList /> },
        ]}
      />
    </>
  );
}
