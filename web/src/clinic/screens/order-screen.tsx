import { useQuery } from '@tanstack/react-query';
import { Button, QRCode } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY, newKey } from '../../api/client.ts';
import { Facts } from '../blocks/facts.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Money } from '../blocks/money.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageSkeleton } from '../blocks/page-skeleton.tsx';
import { StatusTag } from '../blocks/status-tag.tsx';
import { useAction } from '../blocks/use-action.ts';
import { When } from '../blocks/when.tsx';
import { APPOINTMENTS, type Order, ORDER_TONES, ORDERS, readOrder } from '../booking.ts';
import { go } from '../route.ts';
import type { ScreenProps } from '../screens.ts';
import { useTexts } from '../texts/areas.ts';

/** How often a page that waits for a payment looks, in milliseconds. */
const LOOK_MS = 2_000;

const readMethods = async () => (await dataOf(api.GET('/api/v1/payment-methods'))).items;
type Method = Awaited<ReturnType<typeof readMethods>>[number]['method'];

const pay = ({ id, method }: { id: string; method: Method }) =>
  dataOf(
    api.POST('/api/v1/orders/{id}/payments', { headers: { [IDEMPOTENCY_KEY]: newKey() }, params: { path: { id } }, body: { method } }),
  );
type Payment = Awaited<ReturnType<typeof pay>>;

/** What brings the payer to the partner. */
function Cashier({ payment }: { payment: Payment }) {
  const t = useTexts('booking');
  const { action } = payment;
  const address = action?.kind === 'qr' ? action.codeUrl : action?.kind === 'redirect' ? action.url : null;
  if (!address) return null;
  return (
    <section className="clinic-cashier" aria-label={t(`methods.${payment.method}`)}>
      {action?.kind === 'qr' && <QRCode value={address} type="svg" />}
      <p>{t('scan')}</p>
      {address.startsWith('http') && (
        <Button type="link" href={address} target="_blank" rel="noopener" data-testid="cashier">
          {t('openCashier')}
        </Button>
      )}
      <output>{t('checking')}</output>
    </section>
  );
}

function Payments({ order }: { order: Order }) {
  const t = useTexts('booking');
  const methods = useQuery({ queryKey: ['payment-methods'], queryFn: readMethods });
  const [payment, setPayment] = useState<Payment>();
  const [chosen, setChosen] = useState<Method>();
  const { run, busy } = useAction({ run: pay, onDone: setPayment, stale: [[ORDERS], [APPOINTMENTS]] });
  if (methods.error) return <Failure error={methods.error} onRetry={() => void methods.refetch()} />;
  return (
    <section aria-label={t('payWith')}>
      <h2>{t('payWith')}</h2>
      <div className="clinic-actions clinic-choices">
        {methods.data?.map(({ method }) => (
          <Button
            key={method}
            type={method === 'balance' ? 'default' : 'primary'}
            loading={busy && chosen === method}
            disabled={busy && chosen !== method}
            onClick={() => {
              setChosen(method);
              run({ id: order.id, method });
            }}
            data-testid={`pay-${method}`}
          >
            {t(`methods.${method}`)}
          </Button>
        ))}
      </div>
      {payment && <Cashier payment={payment} />}
    </section>
  );
}

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
    </>
  );
}
