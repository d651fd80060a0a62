/**
 * The gateways of this clinic: rows with sealed keys, held in memory as what they are made into, anew in every process when somebody
 * changes them. Keys go in and never out (ORD-20).
 */
import { literal, UniqueConstraintError } from 'sequelize';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { createBreaker } from '#src/partners/breaker.ts';
import { createSettingHistory } from '#src/settings/history.ts';
import type { historyQuery } from '#src/settings/schemas.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { Channel, PaymentGateway } from './gateways/gateway.ts';
import { withRetries } from './gateways/retries.ts';
import { hasOwnAddress, openGateway, type OpenedGateway, scenesOf } from './gateway-options.ts';
import { gatewayOptions, paymentChannels } from './model.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.gatewayView>;

export interface Gateways {
  /** For payments that are there, also when no new ones are taken; null: not configured. */
  of(channel: Channel): Promise<OpenedGateway | null>;
  /** Ways to pay that are offered now. */
  offered(): Promise<z.infer<typeof schemas.methodList>['items']>;
  list(): Promise<{ items: View[] }>;
  /** @throws {ApiError} `invalid_request`, `bad_gateway_keys`, `conflict` */
  save(userId: string, channel: Channel, change: z.infer<typeof schemas.gatewayChange>): Promise<View>;
  /** Who changed it, without its keys. */
  history(channel: Channel, query: z.infer<typeof historyQuery>): Promise<z.infer<typeof schemas.gatewayHistory>>;
  /** Takes these for channels that nobody has configured: the demo's partners. Each is opened when it is first needed. */
  simulate(open: (channel: Channel) => Promise<unknown>): void;
}

interface GatewaysParts {
  database: Database;
  vault: Vault;
  signals: Signals;
  audit: Pick<Audit, 'security'>;
  log: Logger;
  /** In production nobody may send payments to another address than the partner's. */
  production: boolean;
}

interface Held {
  enabled: boolean;
  version: number;
  updatedAt: Date;
  /** Null: what is stored cannot be used, which the log has told. */
  opened: OpenedGateway | null;
}

const CACHE = 'payment_gateways';

export function createGateways(parts: GatewaysParts): Gateways {
  const { signals, log } = parts;
  const patient: Patient = (channel, opened) => ({
    ...opened,
    gateway: withRetries(opened.gateway, createBreaker({ name: `payment-${channel}`, log })),
  });
  const held = createCached(signals, CACHE, () => load(parts, patient));
  const simulated = createSimulated(patient);

  return {
    simulate: simulated.use,

    async of(channel) {
      const row = (await held()).get(channel);
      return row ? row.opened : simulated.of(channel);
    },

    async offered() {
      const rows = await held();
      const open = paymentChannels.filter((channel) => {
        const row = rows.get(channel);
        return row ? row.enabled && row.opened !== null : simulated.are();
      });
      return [{ method: 'balance' as const, scenes: [] }, ...open.map((method) => ({ method, scenes: [...scenesOf[method]] }))];
    },

    async list() {
      const rows = await held();
      return { items: paymentChannels.map((channel) => view(channel, rows.get(channel))) };
    },

    async save(userId, channel, change) {
      await store(parts, userId, channel, change);
      return view(channel, (await held()).get(channel));
    },

    async history(channel, query) {
      const { items, pagination } = await createSettingHistory(parts.database).of(historyKey(channel), query);
      return { items: items.map(({ value, ...entry }) => ({ ...entry, ...(value as Told) })), pagination };
    },
  };
}

const historyKey = (channel: Channel): string => `payment.${channel}`;
/** What the history tells of a change. */
type Told = Pick<z.infer<typeof schemas.gatewayHistory>['items'][number], 'enabled' | 'appId' | 'merchant' | 'newKeys'>;

type Patient = (channel: Channel, opened: OpenedGateway) => OpenedGateway;

async function load({ database: { models }, vault, log }: GatewaysParts, patient: Patient): Promise<Map<Channel, Held>> {
  const rows = await models.paymentGateways.findAll();
  return new Map(
    rows.map(({ channel, enabled, optionsSealed, version, updatedAt }) => {
      const open = () => patient(channel, openGateway(channel, JSON.parse(vault.open(gatewayOptions, channel, optionsSealed))));
      return [channel, { enabled, version, updatedAt, opened: attempt(log, channel, open) }];
    }),
  );
}

async function store(
  { database, vault, signals, audit, production }: GatewaysParts,
  userId: string,
  channel: Channel,
  { enabled, options, version }: z.infer<typeof schemas.gatewayChange>,
): Promise<void> {
  const { models, transaction } = database;
  const wanting = options === undefined && version === 0;
  if (wanting || (production && hasOwnAddress(options))) throw new ApiError('invalid_request', { details: [{ field: 'body.options' }] });
  const opened = options && openGateway(channel, options);
  const told: Told = { enabled, appId: opened?.appId ?? null, merchant: opened?.merchant ?? null, newKeys: options !== undefined };
  const sealed = options && { optionsSealed: vault.seal(gatewayOptions, channel, JSON.stringify(options)) };
  try {
    await transaction(async () => {
      if (version === 0 && sealed) await models.paymentGateways.create({ channel, enabled, ...sealed, version: 1, updatedBy: userId });
      else {
        const next = { enabled, ...sealed, updatedBy: userId, version: literal('version + 1') as unknown as number };
        const [changed] = await models.paymentGateways.update(next, { where: { channel, version } });
        if (changed === 0) throw new ApiError('conflict');
      }
      await createSettingHistory(database).add(historyKey(channel), version + 1, told, userId);
      // Whoever gives other keys decides where the clinic's money goes.
      await audit.security('payment_gateway_changed', { userId, details: { channel, enabled, keys: options !== undefined } });
      await signals.send('cache', CACHE);
    });
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError('conflict', { cause: error }) : error;
  }
}

const view = (channel: Channel, row: Held | undefined): View => ({
  ...{ channel, enabled: row?.enabled ?? false, configured: row !== undefined, usable: Boolean(row?.opened), version: row?.version ?? 0 },
  ...{ scenes: [...scenesOf[channel]], appId: row?.opened?.appId ?? null, merchant: row?.opened?.merchant ?? null },
  updatedAt: row?.updatedAt.toISOString() ?? null,
});

/** What is stored may be of an earlier version, or sealed with a key that is gone: the other channels must not suffer. */
function attempt(log: Logger, channel: Channel, open: () => OpenedGateway): OpenedGateway | null {
  try {
    return open();
  } catch (error) {
    log.error({ channel, reason: error instanceof ApiError ? error.code : 'unreadable' }, 'payment gateway cannot be used');
    return null;
  }
}

function createSimulated(patient: Patient) {
  const opened = new Map<Channel, Promise<OpenedGateway>>();
  let open: ((channel: Channel) => Promise<unknown>) | undefined;
  return {
    use(how: (channel: Channel) => Promise<unknown>) {
      open = how;
    },
    are: () => open !== undefined,
    async of(channel: Channel): Promise<OpenedGateway | null> {
      if (!open) return null;
      const known = opened.get(channel) ?? open(channel).then((options) => patient(channel, openGateway(channel, options)));
      opened.set(channel, known);
      return known;
    },
  };
}

/** @throws {ApiError} `channel_unavailable` */
export async function gatewayOf(gateways: Pick<Gateways, 'of'>, channel: Channel): Promise<PaymentGateway> {
  const opened = await gateways.of(channel);
  if (!opened) throw new ApiError('channel_unavailable');
  return opened.gateway;
}
