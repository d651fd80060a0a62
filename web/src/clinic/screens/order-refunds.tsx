import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { StatusTag, type Tone } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { ORDERS } from '../booking.ts';
import { useTexts } from '../texts/areas.ts';

/** How often a refund on its way is looked at, in milliseconds. */
const LOOK_MS = 3_000;

const readRefunds = async (orderId: string) => (await dataOf(api.GET('/api/v1/refunds', { params: { query: { orderId } } }))).items;
type State = Awaited<ReturnType<typeof readRefunds>>[number]['state'];

const TONES: Record<State, Tone> = {
  ...{ requested: 'warn', withdrawn: 'neutral', rejected: 'bad', approved: 'info' },
  ...{ processing: 'info', succeeded: 'good', failed: 'bad', abnormal: 'warn' },
};
const MOVING: readonly State[] = ['approved', 'processing'];

/** What of an order was paid back, or is on its way back. */
export function Refunds({ orderId }: { orderId: string }) {
  const t = useTexts('booking');
  const { data, error, refetch } = useQuery({
    queryKey: [ORDERS, 'refunds', orderId],
    queryFn: () => readRefunds(orderId),
    refetchInterval: ({ state }) => (state.data?.some((refund) => MOVING.includes(refund.state)) ? LOOK_MS : false),
  });
  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  if (!data || data.length === 0) return null;
  return (
    <section aria-label={t('refunds')} className="clinic-section">
      <h2>{t('refunds')}</h2>
      {data.map(({ id, state, amount, method, refundedAt, reason, note }) => (
        <article key={id} className="clinic-refund" data-testid="refund">
          <div className="clinic-card-head">
            <Money yuan={amount} />
            <StatusTag tone={TONES[state]}>{t(`refundStates.${state}`)}</StatusTag>
          </div>
          <Facts
            items={[
              { label: t('refundTo'), value: t(`methods.${method}`) },
              { label: t('refundedAt'), value: refundedAt && <When at={refundedAt} /> },
              { label: t('refundReason'), value: reason },
              { label: t('refundNote'), value: note },
            ]}
          />
        </article>
      ))}
    </section>
  );
}
