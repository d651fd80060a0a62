/** Accounts: making them, finding the one that somebody signs in to, what they are reached by. For other modules' services. */
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import { hashPassword } from '#src/auth/passwords.ts';
import { phoneOf } from '#src/auth/phones.ts';
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { Foundation } from '#src/foundation.ts';
import { emailColumn, phoneColumn, type UserRow } from './model.ts';

export interface NewAccount {
  /** Lower case. */
  account?: string | undefined;
  /** E.164 */
  phone?: string | undefined;
  email?: string | undefined;
  /** Lower case. */
  staffNo?: string | undefined;
  name: string;
  password?: string | undefined;
  roles: readonly string[];
  status?: UserRow['status'];
  membershipLevel?: UserRow['membershipLevel'];
  locale?: UserRow['locale'];
}

/** In clear: for senders of messages only. */
export interface Contact {
  name: string;
  /** E.164 */
  phone?: string;
  email?: string;
  locale: UserRow['locale'];
}

export interface Accounts extends Sealing {
  /** @throws {ApiError} `account_taken`, `phone_taken`, `staff_no_taken`, `unknown_role` */
  create(account: NewAccount): Promise<UserRow>;
  byId(id: string): Promise<UserRow | null>;
  /** @param phone E.164 */
  byPhone(phone: string): Promise<UserRow | null>;
  /** Whom somebody means who signs in with an account name, a staff number or a phone number. */
  bySignInName(name: string): Promise<UserRow | null>;
  contactOf(id: string): Promise<Contact | null>;
  /** An account name and a staff number must not be taken for each other. @throws {ApiError} `account_taken`, `staff_no_taken` */
  distinct(names: { account?: string | null | undefined; staffNo?: string | null | undefined }): Promise<void>;
  count(): Promise<number>;
}

interface Sealing {
  /** E.164 */
  phoneOf(user: UserRow): string | null;
  emailOf(user: UserRow): string | null;
  /** Values of a phone's or address's columns. */
  sealedPhone(id: string, phone: string | null): Pick<UserRow, 'phoneIndex' | 'phoneSealed'>;
  sealedEmail(id: string, email: string | null): Pick<UserRow, 'emailIndex' | 'emailSealed'>;
}

/** What the unique indexes of people are called to callers. */
export const userViolations = {
  unique: [
    { index: 'users_account_unique', column: 'account', code: 'account_taken' },
    { index: 'users_phone_unique', column: 'phone_index', code: 'phone_taken' },
    { index: 'users_staff_no_unique', column: 'staff_no', code: 'staff_no_taken' },
  ],
} as const;

export function createAccounts({ database, vault }: Pick<Foundation, 'database' | 'vault'>): Accounts {
  const { models, transaction } = database;
  const { users, userRoles } = models;

  const sealing = createSealing(vault);
  const byPhone = (phone: string) => users.findOne({ where: { phoneIndex: vault.index('phone', phone) } });

  async function distinct({ account, staffNo }: Parameters<Accounts['distinct']>[0]): Promise<void> {
    if (account && (await users.count({ where: { staffNo: account } })) > 0) throw new ApiError('account_taken');
    if (staffNo && (await users.count({ where: { account: staffNo } })) > 0) throw new ApiError('staff_no_taken');
  }

  return {
    ...sealing,
    distinct,
    byPhone,

    async create({ password, phone = null, email = null, roles, account = null, staffNo = null, ...values }) {
      const passwordHash = password === undefined ? null : await hashPassword(password);
      const id = uuid();
      return withViolations(userViolations, () =>
        transaction(async () => {
          await distinct({ account, staffNo });
          const names = { account, staffNo, ...sealing.sealedPhone(id, phone), ...sealing.sealedEmail(id, email) };
          const passwordChangedAt = passwordHash === null ? null : new Date();
          const user = await users.create({ id, status: 'active', ...values, ...names, passwordHash, passwordChangedAt });
          await withViolations({ reference: 'unknown_role' }, () =>
            userRoles.bulkCreate([...new Set(roles)].map((roleKey) => ({ userId: id, roleKey }))),
          );
          return user;
        }),
      );
    },

    byId: (id) => users.findByPk(id),

    async bySignInName(name) {
      const phone = phoneOf(name);
      if (phone) return byPhone(phone);
      // Both columns are unique, and `distinct` keeps them apart; of two that slipped through the account name counts.
      const found = await users.findAll({ where: { [Op.or]: [{ account: name }, { staffNo: name }] } });
      return found.find(({ account }) => account === name) ?? found[0] ?? null;
    },

    async contactOf(id) {
      const user = await users.findByPk(id);
      if (!user) return null;
      const [phone, email] = [sealing.phoneOf(user), sealing.emailOf(user)];
      return { name: user.name, locale: user.locale, ...(phone && { phone }), ...(email && { email }) };
    },

    count: () => users.count(),
  };
}

const createSealing = (vault: Foundation['vault']): Sealing => ({
  phoneOf: ({ id, phoneSealed }) => phoneSealed && vault.open(phoneColumn, id, phoneSealed),
  emailOf: ({ id, emailSealed }) => emailSealed && vault.open(emailColumn, id, emailSealed),
  sealedPhone: (id, phone) => ({
    phoneIndex: phone && vault.index('phone', phone),
    phoneSealed: phone && vault.seal(phoneColumn, id, phone),
  }),
  sealedEmail: (id, email) => ({
    emailIndex: email && vault.index('email', email.toLowerCase()),
    emailSealed: email && vault.seal(emailColumn, id, email),
  }),
});
