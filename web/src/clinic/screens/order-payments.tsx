import { useQuery } from '@tanstack/react-query';
import { Alert, Button, QRCode } from 'antd';
import { useState } from 'react';
import { api, dataOf, IDEMPOTENCY_KEY, newKey } from '../../api/client.ts';
import { Failure } from '../blocks/failure.tsx';
import { useAction } from '../blocks/use-action.ts';
import { APPOINTMENTS, type Order, ORDERS } from '../booking.ts';
import { useTouch } from '../media-query.ts';
import { useTexts } from '../texts/areas.ts';

const readMethods = async () => (await dataOf(api.GET('/api/v1/payment-methods'))).items;
type Offered = Awaited<ReturnType<typeof readMethods>>[number];
type Method = Offered['method'];
type Scene = Offered['scenes'][number];

const readBalance = async () => (await dataOf(api.GET('/api/v1/balance'))).balance;

const pay = ({ id, method, scene }: { id: string; method: Method; scene?: Scene }) => {
  const body = { method, ...(scene && { scene }) };
  return dataOf(api.POST('/api/v1/orders/{id}/payments', { headers: { [IDEMPOTENCY_KEY]: newKey() }, params: { path: { id } }, body }));
};
type Payment = Awaited<ReturnType<typeof pay>>;

/** Asks the partner, where its notice is late. */
const check = (id: string) => dataOf(api.POST('/api/v1/payments/{id}/check', { params: { path: { id } } }));

/** What brings the payer to the partner. */
function Cashier({ payment: { id, method, action, state } }: { payment: Payment }) {
  const t = useTexts('booking');
  const asking = useAction({ run: check, stale: [[ORDERS], [APPOINTMENTS]] });
  const address = action?.kind === 'qr' ? action.codeUrl : action?.kind === 'redirect' ? action.url : null;
  if (!address) return state === 'created' || state === 'failed' ? <Alert type="warning" showIcon title={t('noCashier')} /> : null;
  return (
    <section className="clinic-cashier" aria-label={t(`methods.${method}`)}>
      <h3>{t(`methods.${method}`)}</h3>
      {action?.kind === 'qr' && (
        <>
          <QRCode value={address} type="svg" />
          <p>{t('scan')}</p>
        </>
      )}
      {address.startsWith('http') && (
        <Button type="link" href={address} target="_blank" rel="noopener" data-testid="cashier">
          {t('openCashier')}
        </Button>
      )}
      <output>{t('checking')}</output>
      <Button loading={asking.busy} onClick={() => asking.run(id)}>
        {t('havePaid')}
      </Button>
    </section>
  );
}

/** The ways to pay an order. */
export function Payments({ order }: { order: Order }) {
  const t = useTexts('booking');
  const touch = useTouch();
  const methods = useQuery({ queryKey: ['payment-methods'], queryFn: readMethods });
  const balance = useQuery({ queryKey: ['balance'], queryFn: readBalance });
  const [payment, setPayment] = useState<Payment>();
  const [chosen, setChosen] = useState<Method>();
  const { run, busy } = useAction({ run: pay, onDone: setPayment, stale: [[ORDERS], [APPOINTMENTS], ['balance']] });
  if (methods.error) return <Failure error={methods.error} onRetry={() => void methods.refetch()} />;
  // A phone cannot scan its own screen.
  const sceneFor = ({ scenes }: Offered): { scene?: Scene } => (touch && scenes.includes('mobile') ? { scene: 'mobile' } : {});
  return (
    <section aria-label={t('payWith')} className="clinic-section">
      <h2>{t('payWith')}</h2>
      <div className="clinic-actions clinic-choices">
        {methods.data?.map((offered) => (
          <Button
            key={offered.method}
            type={offered.method === 'balance' ? 'default' : 'primary'}
            loading={busy && chosen === offered.method}
            disabled={(busy && chosen !== offered.method) || (offered.method === 'balance' && (balance.data ?? 0) < order.amount)}
            onClick={() => {
              setChosen(offered.method);
              setPayment(undefined);
              run({ id: order.id, method: offered.method, ...sceneFor(offered) });
            }}
            data-testid={`pay-${offered.method}`}
          >
            {t(`methods.${offered.method}`)}
          </Button>
        ))}
      </div>
      {balance.data !== undefined && <p>{t('balanceNow', { amount: balance.data.toFixed(2) })}</p>}
      {payment && <Cashier payment={payment} />}
    </section>
  );
}
