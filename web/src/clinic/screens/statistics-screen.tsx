import { useMay } from '../access.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { OverviewFigures } from '../figures/overview-figures.tsx';
import { PractitionerFigures } from '../figures/practitioner-figures.tsx';
import { RevenueFigures } from '../figures/revenue-figures.tsx';
import { VisitFigures } from '../figures/visit-figures.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/statistics`: visits, money, places and reviews. */
export default function StatisticsScreen() {
  const t = useTexts('figures');
  const title = useTexts('shell')('screens.statistics');
  const may = useMay();
  return (
    <>
      <PageHeader title={title} lead={t('intro.statistics')} />
      <Views
        label={title}
        views={[
          { key: 'overview', label: t('views.overview'), content: <OverviewFigures /> },
          { key: 'visits', label: t('views.visits'), content: <VisitFigures /> },
          may('orders:read-all') && { key: 'revenue', label: t('views.revenue'), content: <RevenueFigures /> },
          may('schedules:manage') && { key: 'practitioners', label: t('views.practitioners'), content: <PractitionerFigures /> },
        ]}
      />
    </>
  );
}
