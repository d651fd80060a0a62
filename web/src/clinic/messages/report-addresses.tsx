import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { useTexts } from '../texts/areas.ts';

const read = () => dataOf(api.GET('/api/v1/messages/receipts'));

/** Where providers and mailboxes report what became of messages: to be entered there, and kept like passwords. */
export function ReportAddresses() {
  const t = useTexts('messages');
  const { data, error, refetch } = useQuery({ queryKey: ['report-addresses'], queryFn: read });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton rows={3} />;
  const shown = (address: { url: string } | null) => (address ? <code className="clinic-break">{address.url}</code> : t('noReports'));
  return (
    <section className="clinic-list">
      <p>{t('intro.reports')}</p>
      <Facts
        items={[
          { label: t('channel.sms'), value: shown(data.address) },
          { label: t('channel.email'), value: shown(data.mail) },
        ]}
      />
    </section>
  );
}
