/** Legal holds: of these people nothing is erased, whatever they ask for and whichever term is over. */
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { maskName } from '#src/crypto/masks.ts';
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { Foundation } from '#src/foundation.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { holdReason, type LegalHoldRow } from './model.ts';
import type * as schemas from './schemas.ts';

type Hold = z.infer<typeof schemas.hold>;

export interface LegalHolds {
  /** @throws {ApiError} `unknown_user` */
  place(caller: Caller, hold: z.infer<typeof schemas.newHold>): Promise<Hold>;
  /** @throws {ApiError} `not_found`, `wrong_state` when it was lifted before */
  lift(caller: Caller, id: string): Promise<Hold>;
  list(query: z.infer<typeof schemas.holdQuery>): Promise<z.infer<typeof schemas.holdList>>;
}

export function createHolds({ database, vault, audit }: Pick<Foundation, 'database' | 'vault' | 'audit'>): LegalHolds {
  const { models, transaction } = database;

  async function views(rows: readonly LegalHoldRow[]): Promise<Hold[]> {
    const people = await models.users.findAll({ where: { id: rows.map(({ userId }) => userId) }, attributes: ['id', 'name'] });
    const names = new Map(people.map(({ id, name }) => [id, name]));
    return rows.map(({ id, userId, reasonSealed, placedBy, createdAt, liftedBy, liftedAt }) => ({
      ...{ id, placedBy, createdAt: createdAt.toISOString(), liftedBy, liftedAt: liftedAt?.toISOString() ?? null },
      person: { id: userId, name: maskName(names.get(userId) ?? '') },
      reason: vault.open(holdReason, id, reasonSealed),
    }));
  }
  const view = async (row: LegalHoldRow): Promise<Hold> => (await views([row]))[0] as Hold;

  return {
    place: (caller, { userId, reason }) =>
      withViolations({ reference: 'unknown_user' }, () =>
        transaction(async () => {
          const id = uuid();
          const reasonSealed = vault.seal(holdReason, id, reason);
          const row = await models.legalHolds.create({ id, userId, reasonSealed, placedBy: caller.userId, liftedBy: null, liftedAt: null });
          await audit.security('privacy.hold_placed', {
            userId: caller.userId,
            ip: caller.ip,
            requestId: caller.requestId,
            details: { hold: id },
          });
          return view(row);
        }),
      ),

    lift: (caller, id) =>
      transaction(async () => {
        const row = await models.legalHolds.findByPk(id, { lock: true });
        if (!row) throw new ApiError('not_found');
        if (row.liftedAt) throw new ApiError('wrong_state');
        await row.update({ liftedBy: caller.userId, liftedAt: new Date() });
        await audit.security('privacy.hold_lifted', {
          userId: caller.userId,
          ip: caller.ip,
          requestId: caller.requestId,
          details: { hold: id },
        });
        return view(row);
      }),

    async list({ userId, lifted, ...page }) {
      const where = { ...(userId && { userId }), liftedAt: lifted === 'true' ? { [Op.ne]: null } : null };
      const { rows, count } = await models.legalHolds.findAndCountAll({ where, order: [['id', 'DESC']], ...slice(page) });
      return { items: await views(rows), pagination: { ...page, total: count } };
    },
  };
}
