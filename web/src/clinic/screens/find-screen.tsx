import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { DoctorList } from '../finding/doctor-list.tsx';
import { Matches } from '../finding/matches.tsx';
import { Recommended } from '../finding/recommended.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/book`: find a doctor by what they are, a time by when it suits, or who fits a complaint. */
export default function FindScreen() {
  const t = useTexts('booking');
  const title = useTexts('shell')('screens.book');
  return (
    <>
      <PageHeader title={title} lead={t('intro.find')} />
      <Views
        label={title}
        views={[
          { key: 'doctors', label: t('ways.doctors'), content: <DoctorList /> },
          { key: 'times', label: t('ways.times'), content: <Matches /> },
          { key: 'recommended', label: t('ways.recommended'), content: <Recommended /> },
        ]}
      />
    </>
  );
}
