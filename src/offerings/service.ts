/** What can be booked, and what it costs (SVC-01, ORD-19). */
import { type WhereAttributeHash } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { type Fen, toFen, toYuan } from '#src/money.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import type { MembershipLevel, PriceConfigRow, ServiceRow } from './model.ts';
import { priceOf } from './price.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.serviceView>;
type PriceView = z.infer<typeof schemas.priceView>;

/** A service as other modules need it. */
export interface Offering {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly price: Fen;
  readonly durationMinutes: number;
  readonly isActive: boolean;
}

export interface Offerings {
  /** From memory. @throws {ApiError} `unknown_service` when there is none or it is not offered */
  active(id: string): Promise<Offering>;
  /** What it costs a member of this level. @throws {ApiError} `unknown_service` */
  quote(asked: { serviceId: string; practitionerId: string | null; membership: MembershipLevel; at: Date }): Promise<Fen>;
  /** The same for a user, whose level is read. */
  quoteFor(userId: string, asked: { serviceId: string; practitionerId: string | null; at: Date }): Promise<Fen>;
  list(query: z.infer<typeof schemas.allServicesQuery>): Promise<z.infer<typeof schemas.serviceList>>;
  create(input: z.infer<typeof schemas.newService>): Promise<View>;
  /** @throws {ApiError} `not_found` */
  update(id: string, change: z.infer<typeof schemas.serviceChange>): Promise<View>;
  /** @throws {ApiError} `not_found` */
  prices(id: string): Promise<z.infer<typeof schemas.priceList>>;
  /** @throws {ApiError} `not_found`, `unknown_practitioner` */
  addPrice(userId: string, id: string, input: z.infer<typeof schemas.newPrice>): Promise<PriceView>;
  /** @throws {ApiError} `not_found` */
  removePrice(id: string, priceId: string): Promise<void>;
}

const CACHE = 'services';

export function createOfferings(database: Database, signals: Signals): Offerings {
  const { models, transaction } = database;
  const held = createCached(signals, CACHE, async () => ({
    services: new Map((await models.services.findAll()).map((row) => [row.id, row])),
    prices: Map.groupBy(await models.priceConfigs.findAll(), ({ serviceId }) => serviceId),
  }));
  const changed = () => signals.send('cache', CACHE);

  async function active(id: string): Promise<ServiceRow> {
    const found = (await held()).services.get(id);
    if (!found?.isActive) throw new ApiError('unknown_service');
    return found;
  }
  const quote: Offerings['quote'] = async ({ serviceId, ...asked }) =>
    priceOf((await active(serviceId)).price, (await held()).prices.get(serviceId) ?? [], asked);

  return {
    active,
    quote,
    async quoteFor(userId, asked) {
      const user = await models.users.findByPk(userId, { attributes: ['membershipLevel'] });
      return quote({ ...asked, membership: user?.membershipLevel ?? 'basic' });
    },

    async list(query) {
      const where: WhereAttributeHash = {
        ...(query.category && { category: query.category }),
        ...(query.active && { isActive: query.active === 'true' }),
      };
      const { rows, count } = await models.services.findAndCountAll({ where, order: orderOf(query.sort, 'name'), ...slice(query) });
      return { items: rows.map(serviceView), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    create: ({ price, ...input }) =>
      transaction(async () => {
        await changed();
        return serviceView(await models.services.create({ id: uuid(), ...input, price: toFen(price), isActive: true }));
      }),

    update: (id, { price, ...change }) =>
      transaction(async () => {
        const row = await models.services.findByPk(id, { lock: true });
        if (!row) throw new ApiError('not_found');
        await changed();
        const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
        return serviceView(await row.update({ ...given, ...(price !== undefined && { price: toFen(price) }) }));
      }),

    ...createPrices(database, changed),
  };
}

function createPrices(
  { models, transaction }: Database,
  changed: () => Promise<void>,
): Pick<Offerings, 'prices' | 'addPrice' | 'removePrice'> {
  async function known(id: string): Promise<void> {
    if (!(await models.services.findByPk(id, { attributes: ['id'] }))) throw new ApiError('not_found');
  }
  return {
    async prices(id) {
      await known(id);
      const rows = await models.priceConfigs.findAll({ where: { serviceId: id }, order: [['validFrom', 'DESC'], 'id'] });
      return { items: rows.map(priceView) };
    },

    addPrice: (userId, serviceId, { price, validFrom, validTo, ...input }) =>
      transaction(async () => {
        await known(serviceId);
        const { practitionerId } = input;
        const unknown = practitionerId && !(await models.practitioners.findByPk(practitionerId, { attributes: ['id'] }));
        if (unknown) throw new ApiError('unknown_practitioner');
        await changed();
        const period = { validFrom: new Date(validFrom), validTo: validTo ? new Date(validTo) : null };
        const row = { id: uuid(), serviceId, ...input, ...period, price: toFen(price), createdBy: userId };
        return priceView(await models.priceConfigs.create(row));
      }),

    removePrice: (serviceId, id) =>
      transaction(async () => {
        if ((await models.priceConfigs.destroy({ where: { id, serviceId } })) === 0) throw new ApiError('not_found');
        await changed();
      }),
  };
}

function serviceView({ id, name, category, description, price, durationMinutes, isActive, sortOrder }: ServiceRow): View {
  return { id, name, category, description, price: toYuan(price), durationMinutes, isActive, sortOrder };
}

function priceView({ id, serviceId, practitionerId, membershipLevel, price, validFrom, validTo, createdAt }: PriceConfigRow): PriceView {
  return {
    ...{ id, serviceId, practitionerId, membershipLevel, price: toYuan(price), createdAt: createdAt.toISOString() },
    validFrom: validFrom.toISOString(),
    validTo: validTo?.toISOString() ?? null,
  };
}
