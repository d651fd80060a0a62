import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { useMay } from '../access.ts';
import { PhraseList } from '../lists/phrase-list.tsx';
import { OwnTemplates } from '../lists/own-templates.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/templates`: what a doctor writes again and again. */
export default function TemplatesScreen() {
  const t = useTexts('phrases');
  const title = useTexts('shell')('screens.templates');
  const prescribes = useMay()('prescriptions:write');
  return (
    <>
      <PageHeader title={title} lead={t('intro')} />
      <Views
        label={title}
        views={[
          { key: 'phrases', label: t('views.phrases'), content: <PhraseList /> },
          prescribes && { key: 'prescription', label: t('views.prescription'), content: <OwnTemplates kind="prescription" /> },
          { key: 'record', label: t('views.record'), content: <OwnTemplates kind="record" /> },
        ]}
      />
    </>
  );
}
