/**
 * Signing in through other services: WeChat, OpenID Connect, OAuth 2.0 (IDN-02, IDN-06). The first time makes an account; the person
 * may also add an identity to the account that they are signed in to. What is to come back is kept here, once: its state,
 * and the hash of a ticket that only the page has that began, so that nobody is signed in with somebody else's return.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { countBusiness } from '#src/statistics/business-counts.ts';
import type { Users } from '#src/users/service.ts';
import type { ClientClaim, Origin } from './networks.ts';
import type { ExternalProvider, Person } from './providers.ts';
import type * as schemas from './schemas.ts';
import type { Login } from './opening.ts';
import type { SignIn } from './sign-in.ts';

type Arrival = z.infer<typeof schemas.arrival>;

/** Methods throw `ApiError` `not_found` for a provider that is not configured, and `provider_unavailable`. */
export interface ExternalSignIn {
  providers(): z.infer<typeof schemas.providerList>;
  /** @param userId who adds an identity; null: somebody signs in */
  start(provider: string, userId: string | null): Promise<z.infer<typeof schemas.departure>>;
  /** @throws {ApiError} `login_outdated`, `provider_refused`, `account_disabled`, `account_locked` */
  finish(provider: string, arrival: Arrival, from: Origin): Promise<Login>;
  /** Signs in with what a mini program's own login gives. @throws {ApiError} `provider_refused` and those of `finish` */
  fromMiniProgram(provider: string, code: string, client: ClientClaim, from: Origin): Promise<Login>;
  /** Adds the identity to the account. @throws {ApiError} `login_outdated`, `provider_refused`, `identity_taken` */
  link(userId: string, provider: string, arrival: Arrival): Promise<void>;
  identities(userId: string): Promise<z.infer<typeof schemas.identityList>>;
  /** @throws {ApiError} `not_found`, `last_way_in` */
  unlink(userId: string, id: string): Promise<void>;
}

export interface ExternalParts {
  database: Database;
  users: Users;
  signIn: Pick<SignIn, 'begin'>;
  /** As they are now. */
  providers: () => readonly ExternalProvider[];
}

/** How long somebody may take at the other service, in milliseconds. */
const AWAY_MS = 600_000;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export function createExternalSignIn(parts: ExternalParts): ExternalSignIn {
  const { database, providers } = parts;
  const away = createAway(database);
  const identities = createIdentities(database);
  const enter = createEntering(parts, identities);

  function providerOf(name: string): ExternalProvider {
    const provider = providers().find((one) => one.name === name);
    if (!provider) throw new ApiError('not_found');
    return provider;
  }

  return {
    providers: () => ({ items: providers().map(({ name, title, kind }) => ({ name, title, kind })) }),
    start: (name, userId) => away.start(providerOf(name), userId),

    async finish(name, arrival, from) {
      const provider = providerOf(name);
      return enter(await away.arrive(provider, arrival, null), provider, arrival.client, from);
    },

    async fromMiniProgram(name, code, client, from) {
      const provider = providerOf(name);
      const { exchange } = provider;
      if (!exchange) throw new ApiError('not_found');
      return enter(await asked(() => exchange(code)), provider, client, from);
    },

    async link(userId, name, arrival) {
      const person = await away.arrive(providerOf(name), arrival, userId);
      const owner = await identities.ownerOf(person);
      if (owner && owner !== userId) throw new ApiError('identity_taken');
      if (!owner) await identities.add(userId, person, false);
    },

    identities: identities.list,
    unlink: identities.remove,
  };
}

/** Turns what partners throw into what callers are told. @param refusal when the partner does not want to */
async function asked<T>(work: () => Promise<T>, refusal: 'provider_refused' | 'provider_unavailable' = 'provider_refused'): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PartnerError)) throw error;
    throw new ApiError(error.fault === 'refused' ? refusal : 'provider_unavailable', { cause: error });
  }
}

/** People who are at the other service just now. */
function createAway({ models: { loginStates }, transaction }: Database) {
  return {
    async start(provider: ExternalProvider, userId: string | null) {
      if (!provider.start) throw new ApiError('not_found');
      // Nobody has said yet who they are: there is nothing about them to refuse.
      const { url, state, nonce = null, verifier = null } = await asked(provider.start, 'provider_unavailable');
      const ticket = randomBytes(32).toString('base64url');
      const expiresAt = new Date(Date.now() + AWAY_MS);
      const kept = { provider: provider.name, stateHash: hashOf(state), ticketHash: hashOf(ticket), nonce, verifier, userId, expiresAt };
      await transaction(() => loginStates.create(kept));
      return { url, ticket, expiresAt: expiresAt.toISOString() };
    },

    /** Takes back what was kept for this return. Whatever becomes of it, there is no second time. */
    async arrive(provider: ExternalProvider, { params, ticket }: Arrival, userId: string | null): Promise<Person> {
      const { finish } = provider;
      if (!finish) throw new ApiError('not_found');
      const state = params['state'] ?? '';
      const key = { stateHash: hashOf(state), provider: provider.name };
      const kept = await transaction(async () => {
        const row = await loginStates.findOne({
          where: { ...key, userId, ticketHash: hashOf(ticket), expiresAt: { [Op.gt]: new Date() } },
        });
        return row && (await loginStates.destroy({ where: key })) > 0 ? row : null;
      });
      if (!kept) throw new ApiError('login_outdated');
      return asked(() => finish(params, { state, nonce: kept.nonce ?? '', verifier: kept.verifier ?? '' }));
    },
  };
}

type Identities = ReturnType<typeof createIdentities>;

function createIdentities({ models: { identities, users }, transaction }: Database) {
  const taken = { unique: [{ index: 'user_identities_subject_unique', column: 'subject', code: 'identity_taken' }] } as const;

  async function add(userId: string, { subjects, name }: Person, ignoreDuplicates: boolean): Promise<void> {
    const rows = subjects.map((subject) => ({ id: uuid(), userId, ...subject, label: name ?? null, lastUsedAt: new Date() }));
    await withViolations(taken, () => transaction(() => identities.bulkCreate(rows, { ignoreDuplicates })));
  }

  return {
    add,

    /** Whom the identities of a person belong to; those that are new are added to them. */
    async ownerOf(person: Person): Promise<string | null> {
      const known = await identities.findAll({ where: { [Op.or]: person.subjects }, order: ['createdAt', 'id'] });
      const userId = known[0]?.userId ?? null;
      if (userId) {
        await transaction(() => identities.update({ lastUsedAt: new Date() }, { where: { id: known.map(({ id }) => id) } }));
        await add(userId, person, true);
      }
      return userId;
    },

    /** One of each service: a person may have several names there, as with WeChat's apps. */
    async list(userId: string) {
      const rows = await identities.findAll({ where: { userId }, order: ['createdAt', 'id'] });
      const firsts = rows.filter((row, index) => rows.findIndex(({ provider }) => provider === row.provider) === index);
      const items = firsts.map(({ id, provider, label, createdAt, lastUsedAt }) => {
        return { id, provider, label, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
      });
      return { items };
    },

    /** All names at that service: none of them opens the account any more. */
    remove: (userId: string, id: string): Promise<void> =>
      transaction(async () => {
        const user = await users.findByPk(userId, { lock: true });
        const identity = await identities.findOne({ where: { id, userId } });
        if (!identity) throw new ApiError('not_found');
        await identities.destroy({ where: { userId, provider: identity.provider } });
        const left = await identities.count({ where: { userId } });
        if (left === 0 && !user?.passwordHash && !user?.phoneIndex) throw new ApiError('last_way_in');
      }),
  };
}

/** Signs a person in to the account that they have, or to a new one. */
function createEntering({ database, users, signIn }: ExternalParts, { ownerOf, add }: Identities) {
  return async (person: Person, { method, title }: ExternalProvider, client: ClientClaim, from: Origin): Promise<Login> => {
    const makeAccount = () =>
      database.transaction(async () => {
        const { id } = await users.create({ name: person.name ?? title, roles: ['patient'] });
        await add(id, person, false);
        countBusiness(database, 'user.register');
        return id;
      });
    const userId =
      (await ownerOf(person)) ??
      (await makeAccount().catch(async (error: unknown) => {
        // Two first times at once: the other one made the account.
        const made = error instanceof ApiError && error.code === 'identity_taken' ? await ownerOf(person) : null;
        if (!made) throw error;
        return made;
      }));
    return signIn.begin(userId, method, client, from);
  };
}
