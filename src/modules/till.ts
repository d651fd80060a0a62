/** What is sold, orders and their money. */
import { balanceRoutes } from '../balance/routes.ts';
import { createBalances } from '../balance/service.ts';
import type { Foundation } from '../foundation.ts';
import type { Notifications } from '../notifications/service.ts';
import { offeringRoutes } from '../offerings/routes.ts';
import { createOfferings } from '../offerings/service.ts';
import { orderRoutes } from '../orders/routes.ts';
import { createOrders } from '../orders/service.ts';
import { createMoneyAlerts } from '../payments/alerts.ts';
import { createClaims } from '../payments/claims.ts';
import { createGateways } from '../payments/gateway-registry.ts';
import { gatewayRoutes } from '../payments/gateway-routes.ts';
import { noticeRoutes } from '../payments/notice-routes.ts';
import { createPayers } from '../payments/ports.ts';
import { paymentRoutes } from '../payments/routes.ts';
import { createPayments } from '../payments/service.ts';
import { tellOfMoney } from '../payments/telling.ts';
import { refundRoutes } from '../refunds/routes.ts';
import { createRefunds } from '../refunds/service.ts';

export function createTill(foundation: Foundation, notifications: Notifications, publicUrl: () => string) {
  const { database, signals, config, auth } = foundation;
  const offerings = createOfferings(database, signals);
  const orders = createOrders(foundation);
  const balances = createBalances(database);
  const gateways = createGateways({ ...foundation, production: config.NODE_ENV === 'production' });
  const alerts = createMoneyAlerts(foundation);
  const parts = { ...foundation, orders, balances, gateways, alerts, publicUrl };
  const refunds = createRefunds({ ...parts, claims: createClaims(database) });
  const payments = createPayments({ ...parts, refunds, payers: createPayers(database), proof: auth.sessions });
  tellOfMoney({ ...parts, refunds }, notifications);
  const routes = [
    offeringRoutes(offerings),
    orderRoutes(orders),
    paymentRoutes(payments),
    noticeRoutes(payments.notices),
    gatewayRoutes(gateways),
    refundRoutes(refunds),
    balanceRoutes(balances),
  ];
  return { offerings, orders, balances, payments, refunds, moneyAlerts: alerts, routes };
}
