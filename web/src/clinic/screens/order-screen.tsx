import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { When } from '../blocks/when.tsx';
import { ORDER_TONES, ORDERS, readOrder } from '../booking.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';
import { Payments } from './order-payments.tsx';
import { Refunds } from './order-refunds.tsx';

/** How often a page that waits for a payment or refund looks, in milliseconds. */
const LOOK_MS = 2_000;

/** `/clinic/orders/:id`: what was ordered, and paying for it. */
export default function OrderScreen({ params }: ScreenProps) {
  const t = useTexts('booking');
  const id = params['id'] ?? '';
  const { data, error, refetch } = useQuery({
    queryKey: [ORDERS, 'one', id],
    queryFn: () => readOrder(id),
    // A payment at a partner shows up by itself.
    refetchInterval: ({ state }) => (state.data?.status === 'PENDING' ? LOOK_MS : false),
  });
  if (error) return <Failure page error={error} onRetry={() => void refetch()} />;
  if (!data) return <PageSkeleton />;
  const appointmentId = data.serviceInfo['appointmentId'];
  return (
    <>
      <PageHeader
        title={data.title}
        lead={<StatusTag tone={ORDER_TONES[data.status]}>{t(`orderStates.${data.status}`)}</StatusTag>}
        actions={
          typeof appointmentId === 'string' && (
            <Button onClick={() => go(`/appointments/${appointmentId}`)} data-testid="order-appointment">
              {t('toAppointment')}
            </Button>
          )
        }
      />
      <Facts
        items={[
          { label: t('amount'), value: <Money yuan={data.amount} /> },
          { label: t('orderNo'), value: data.orderNo },
          { label: t('payUntil'), value: data.status === 'PENDING' && data.expiresAt && <When at={data.expiresAt} relative /> },
          { label: t('paid'), value: data.paidAt && <When at={data.paidAt} /> },
        ]}
      />
      {data.status === 'PENDING' && <Payments order={data} />}
      {data.paidAt && <Refunds orderId={id} />}
    </>
  );
}
