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
import type { Users } from '#src/users/service.ts';
import type { ClientClaim, Origin } from './networks.ts';
import type { ExternalProvider, Person } from './providers.ts';
import type * as schemas from './schemas.ts';
import type { Login, SignIn } from './sign-in.ts';

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
  signIn: Pick<SignIn, 'begin' | 'enroll'>;
  providers: readonly ExternalProvider[];
}

/** How long somebody may take at the other service, in milliseconds. */
const AWAY_MS = 600_000;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const outdated = (): ApiError => new ApiError('login_outdated');

export function createExternalSignIn({ database, users, signIn, providers }: ExternalParts): ExternalSignIn {
  const { models, transaction } = database;
  const { identities, loginStates } = models;
  const byName = new Map(providers.map((provider) => [provider.name, provider]));

  function providerOf(name: string): ExternalProvider {
    const provider = byName.get(name);
    if (!provider) throw new ApiError('not_found');
    return provider;
  }

  /** Turns what partners throw into what callers are told. */
  async function asked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PartnerError)) throw error;
      throw new ApiError(error.fault === 'refused' ? 'provider_refused' : 'provider_unavailable', { cause: error });
    }
  }

  /** Takes back what was kept for this return. Whatever becomes of it, there is no second time. */
  async function arrive(provider: ExternalProvider, { params, ticket }: Arrival, userId: string | null): Promise<Person> {
    if (!provider.finish) throw new ApiError('not_found');
    const { finish } = provider;
    const key = { stateHash: hashOf(params['state'] ?? ''), provider: provider.name };
    const kept = await transaction(async () => {
      const row = await loginStates.findOne({ where: { ...key, userId, ticketHash: hashOf(ticket), expiresAt: { [Op.gt]: new Date() } } });
      if (!row) return null;
      return (await loginStates.destroy({ where: key })) > 0 ? row : null;
    });
    if (!kept) throw outdated();
    return asked(() => finish(params, { state: params['state'] ?? '', nonce: kept.nonce ?? '', verifier: kept.verifier ?? '' }));
  }

  /** Whom the identities of a person belong to; those that are new are added to them. */
  async function ownerOf(person: Person): Promise<string | null> {
    const names = person.subjects.map(({ provider, subject }) => ({ provider, subject }));
    const known = await identities.findAll({ where: { [Op.or]: names }, order: ['createdAt', 'id'] });
    const userId = known[0]?.userId ?? null;
    if (userId) {
      await transaction(() => identities.update({ lastUsedAt: new Date() }, { where: { id: known.map(({ id }) => id) } }));
      await add(userId, person, true);
    }
    return userId;
  }

  const add = (userId: string, { subjects, name }: Person, ignoreDuplicates: boolean) =>
    withViolations({ unique: [{ index: 'user_identities_subject_unique', column: 'subject', code: 'identity_taken' }] }, () =>
      transaction(() =>
        identities.bulkCreate(
          subjects.map((subject) => ({ id: uuid(), userId, ...subject, label: name ?? null, lastUsedAt: new Date() })),
          { ignoreDuplicates },
        ),
      ),
    );

  async function enter(person: Person, { method, title }: ExternalProvider, client: ClientClaim, from: Origin): Promise<Login> {
    const owner = await ownerOf(person);
    if (owner) return signIn.begin(owner, method, client, from);
    try {
      return await transaction(async () => {
        const { id } = await users.create({ name: person.name ?? title, roles: ['patient'] });
        await add(id, person, false);
        return id;
      }).then((id) => signIn.begin(id, method, client, from));
    } catch (error) {
      // Two first times at once: the other one made the account.
      const made = error instanceof ApiError && error.code === 'identity_taken' ? await ownerOf(person) : null;
      if (!made) throw error;
      return signIn.begin(made, method, client, from);
    }
  }

  return {
    providers: () => ({ items: providers.map(({ name, title, kind }) => ({ name, title, kind })) }),

    async start(name, userId) {
      const provider = providerOf(name);
      if (!provider.start) throw new ApiError('not_found');
      const { url, state, nonce = null, verifier = null } = await asked(provider.start);
      const ticket = randomBytes(32).toString('base64url');
      const expiresAt = new Date(Date.now() + AWAY_MS);
      const kept = { stateHash: hashOf(state), provider: name, ticketHash: hashOf(ticket), nonce, verifier, userId, expiresAt };
      await transaction(() => loginStates.create(kept));
      return { url, ticket, expiresAt: expiresAt.toISOString() };
    },

    async finish(name, arrival, from) {
      const provider = providerOf(name);
      const person = await arrive(provider, arrival, null);
      return enter(person, provider, arrival.client, from);
    },

    async fromMiniProgram(name, code, client, from) {
      const provider = providerOf(name);
      const { exchange } = provider;
      if (!exchange) throw new ApiError('not_found');
      return enter(await asked(() => exchange(code)), provider, client, from);
    },

    async link(userId, name, arrival) {
      const person = await arrive(providerOf(name), arrival, userId);
      const owner = await ownerOf(person);
      if (owner && owner !== userId) throw new ApiError('identity_taken');
      if (!owner) await add(userId, person, false);
    },

    async identities(userId) {
      const rows = await identities.findAll({ where: { userId }, order: ['createdAt', 'id'] });
      const view = rows.map(({ id, provider, label, createdAt, lastUsedAt }) => {
        return { id, provider, label, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
      });
      return { items: view };
    },

    unlink: (userId, id) =>
      transaction(async () => {
        const user = await models.users.findByPk(userId, { lock: true });
        if ((await identities.destroy({ where: { id, userId } })) === 0) throw new ApiError('not_found');
        const left = await identities.count({ where: { userId } });
        if (left === 0 && !user?.passwordHash && !user?.phoneIndex) throw new ApiError('last_way_in');
      }),
  };
}
