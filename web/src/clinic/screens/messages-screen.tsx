import { useMay } from '../access.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { DeliveryList } from '../messages/delivery-list.tsx';
import { ReportAddresses } from '../messages/report-addresses.tsx';
import { TemplateList } from '../messages/template-list.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/messages`: text messages and mails that were sent, and the words of all of them. */
export default function MessagesScreen() {
  const t = useTexts('messages');
  const title = useTexts('shell')('screens.messages');
  const may = useMay();
  return (
    <>
      <PageHeader title={title} lead={t('intro.messages')} />
      <Views
        label={title}
        views={[
          { key: 'deliveries', label: t('views.deliveries'), content: <DeliveryList /> },
          may('messages:manage') && { key: 'templates', label: t('views.templates'), content: <TemplateList /> },
          may('messages:manage') && { key: 'reports', label: t('views.reports'), content: <ReportAddresses /> },
        ]}
      />
    </>
  );
}
