import { useMay } from '../access.ts';
import { PageHeader } from '../blocks/page-header.tsx';
import { Views } from '../blocks/views.tsx';
import { GatewayList } from '../lists/gateway-list.tsx';
import { OrderList } from '../lists/order-list.tsx';
import { PaymentList } from '../lists/payment-list.tsx';
import { useTexts } from '../texts/areas.ts';

/** `/clinic/all-orders`: orders and payments of everybody, and the payment partners. */
export default function AllOrdersScreen() {
  const t = useTexts('finance');
  const title = useTexts('shell')('screens.allOrders');
  const may = useMay();
  return (
    <>
      <PageHeader title={title} lead={t('intro.orders')} />
      <Views
        label={t('viewsLabel')}
        views={[
          { key: 'orders', label: t('views.orders'), content: <OrderList /> },
          { key: 'payments', label: t('views.payments'), content: <PaymentList /> },
          may('gateways:manage') && { key: 'gateways', label: t('views.gateways'), content: <GatewayList /> },
        ]}
      />
    </>
  );
}
