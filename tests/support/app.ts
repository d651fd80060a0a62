/** The HTTP application with everything real but media and rooms, which the tests of `src/` do not need. */
import { rm } from 'node:fs/promises';
import { hash } from '@node-rs/argon2';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { type Logger, pino } from 'pino';
import { type Config, loadConfig } from '#config/index.ts';
import { RoomError, type RoomErrorCode } from '#rooms/errors.ts';
import type { OpenRoom } from '#rooms/index.ts';
import type { RoomView } from '#rooms/protocol.ts';
import { type AppParts, buildApp } from '#src/app.ts';
import type { Auth } from '#src/auth/service.ts';
import type { Tokens } from '#src/auth/tokens.ts';
import { createChatStore, type VisitChatStore } from '#src/chat/store.ts';
import { createVisitHooks, type VisitHooks } from '#src/consultations/hooks.ts';
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import type { Consultations } from '#src/consultations/service.ts';
import type { Database } from '#src/database/database.ts';
import { createFiles } from '#src/files/service.ts';
import { createFoundation, type Foundation } from '#src/foundation.ts';
import { createModules, type Modules } from '#src/modules.ts';
import type { Users } from '#src/users/service.ts';
import { startWorkers, type Workers } from '#workers/index.ts';
import { checkAnswers, watchAnswers } from './answers.ts';
import { dataFolder } from './data-folder.ts';
import { createTestNodes, type TestNodes } from './nodes.ts';
import { copyTemplate } from './template.ts';

export const silentLog = pino({ level: 'silent' });
export const SECRET = 'a key for tests that is long enough for HS256';

/** Everybody's password in tests. */
export const PASSWORD = 'correct horse';
/** Of it, made with less work than the program's own: each sign-in would take 40 ms of a processor. */
const CHEAP_HASH = hash(PASSWORD, { memoryCost: 64, timeCost: 1 });

export interface TestApp {
  app: FastifyInstance;
  config: Config;
  database: Database;
  auth: Auth;
  tokens: Tokens;
  users: Users;
  consultations: Consultations;
  foundation: Foundation;
  modules: Modules;
  /** What rooms tell the modules. */
  visits: VisitHooks;
  /** Does what follows a change; `workers.drained()` waits for it. */
  workers: Workers;
  /** What the rooms say is open; to be filled by the test. */
  openRooms: OpenRoom[];
  /** What the rooms fail with next; to be filled by the test. */
  roomFaults: RoomErrorCode[];
  /** The nodes of the cluster, with their rooms and what they were told to do; to be filled by the test. */
  nodes: TestNodes;
  /** Stores what is written in chats, as rooms do. */
  chatStore: VisitChatStore;
  /** Events that were sent to the pages of people. */
  pushed: { userId: string; name: string; payload: unknown }[];
  /** Ids and tokens: the second doctor and patient have nothing to do with the first. */
  people: Record<'doctor' | 'patient' | 'otherDoctor' | 'otherPatient' | 'pharmacist' | 'administrator', { id: string; token: string }>;
  /** Signs somebody in anew. @returns the token */
  signIn(account: string): Promise<string>;
  /** Proves once more who has this token, for routes with `stepUp`. */
  stepUp(token: string): Promise<void>;
  /** Sends a request as somebody and reads the envelope. */
  call(method: Method, url: string, token?: string | null, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // The shape is what the tests check.
  // oxlint-disable-next-line no-explicit-any
  body: any;
}

/** Begins and ends visits as their rooms would, without rooms. */
function roomsOf({ database, vault, auth }: Foundation, visits: VisitHooks, openRooms: OpenRoom[], faults: RoomErrorCode[]) {
  const policy = createConsultationPolicy(database, vault, auth, visits);
  function failAsAsked(): void {
    const code = faults.shift();
    if (code) throw new RoomError(code);
  }
  return {
    async startVisit(consultationId: string): Promise<void> {
      failAsAsked();
      const { epoch } = await policy.open(consultationId);
      await policy.started(consultationId, epoch, Date.now());
    },
    async closeRoom(consultationId: string): Promise<void> {
      failAsAsked();
      const at = openRooms.findIndex((room) => room.consultationId === consultationId);
      if (at >= 0) openRooms.splice(at, 1);
    },
    async endVisit(consultationId: string, byMemberId: string): Promise<void> {
      failAsAsked();
      const { epoch } = await policy.open(consultationId);
      await policy.ended(consultationId, epoch, Date.now(), byMemberId);
    },
    callIn: async (): Promise<void> => undefined,
    list: async (): Promise<OpenRoom[]> => openRooms,
    async inspect(): Promise<RoomView | null> {
      failAsAsked();
      return null;
    },
  };
}

/** Somebody made without a password has `PASSWORD` from now on. */
export async function givePassword({ sequelize }: Database, userId: string): Promise<void> {
  await sequelize.query('UPDATE users SET password_hash = ? WHERE id = ?', { replacements: [await CHEAP_HASH, userId] });
}

const NAME = Symbol.for('fastify.display-name');

/** Fastify looks for the name of a plugin among all modules that are loaded, which takes a second for an application inside of jest. */
function namePlugins(app: FastifyInstance): void {
  const register = app.register as (plugin: unknown, ...more: unknown[]) => unknown;
  const named = function named(this: FastifyInstance, plugin: unknown, ...more: unknown[]): unknown {
    if (typeof plugin === 'function' && !(NAME in plugin)) Object.assign(plugin, { [NAME]: plugin.name || 'routes' });
    return register.call(this, plugin, ...more);
  };
  Object.assign(app, { register: named });
}

/**
 * Builds the application on a new SQLite database with two doctors and two patients.
 * @param env settings of the configuration
 * @param parts what to put in place of the usual parts of the application
 * @param peopled false: nobody is made and signed in, which takes most of the time of a start
 * @param log where everything is logged to
 */
export async function startApp(
  env: Record<string, string> = {},
  parts: Partial<AppParts> = {},
  peopled = true,
  log: Logger = silentLog,
): Promise<TestApp> {
  const folder = await dataFolder('test');
  if (!env['DATABASE_URL']) await copyTemplate(folder);
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: folder,
    RATE_HTTP_PER_MINUTE: '0',
    RATE_NOTICES_PER_MINUTE: '0',
    JWT_SECRET: SECRET,
    ...env,
  });
  const foundation = await createFoundation(config, log);
  const { database, auth, tokens } = foundation;
  const openRooms: OpenRoom[] = [];
  const roomFaults: RoomErrorCode[] = [];
  const pushed: TestApp['pushed'] = [];
  const nodes = createTestNodes(roomFaults);
  const visits = createVisitHooks();
  const chatStore = createChatStore(database, foundation.vault);
  const modules = createModules(foundation, {
    rooms: roomsOf(foundation, visits, openRooms, roomFaults),
    visits,
    chatStore,
    nodes,
    jobs: { kind: config.REDIS_URL ? 'redis' : 'process', active: () => workers.active() },
    files: createFiles(foundation),
    pages: { notify: (userId, name, payload) => void pushed.push({ userId, name, payload }) },
    routerRtpCapabilities: {
      codecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 100 }],
    },
    publicUrl: () => 'https://clinic.test',
  });
  const { users, consultations } = modules;
  const workers = startWorkers({ config, outbox: foundation.outbox, services: modules, log, tracing: foundation.tracing });
  const app = await buildApp({
    observe(watched) {
      namePlugins(watched);
      watchAnswers(watched);
    },
    foundation,
    modules,
    readiness: { database: () => database.ping(2_000), media: () => true, accepting: () => true },
    metrics: {
      rooms: () => ({
        rooms: 0,
        peers: 0,
        lobby: 0,
        sockets: 0,
        mailboxDepth: 0,
        messages: { received: 0, answered: 0, refused: 0, rateLimited: 0, cut: 0 },
      }),
      workers: () => [],
      turns: (listener) => listener('room:join', 1, 2),
      moneyAlerts: modules.moneyAlerts.counts,
    },
    ...parts,
  });
  await app.ready();

  async function call(method: Method, url: string, token: string | null = null, body?: unknown): Promise<Answer> {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const request: InjectOptions = { method, url, headers, ...(body === undefined ? {} : { payload: body as object }) };
    const response = await app.inject(request);
    return { status: response.statusCode, headers: response.headers, body: response.json() };
  }

  let signIns = 0;
  async function signIn(account: string): Promise<string> {
    // From an address each: the limits of addresses are for what a test does itself.
    const remoteAddress = `192.0.2.${(signIns++ % 250) + 1}`;
    const payload = { account, password: PASSWORD };
    const response = await app.inject({ method: 'POST', url: '/api/v1/auth/login', payload, remoteAddress });
    if (response.statusCode !== 200) throw new Error(`${account}: ${response.body}`);
    return response.json().data.token;
  }
  async function stepUp(token: string): Promise<void> {
    const { status, body } = await call('POST', '/api/v1/auth/step-up', token, { password: PASSWORD });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  async function person(account: string, role: string) {
    // A second application on the same database finds the people of the first.
    const known = await database.models.users.findOne({ where: { account }, attributes: ['id'] });
    const { id } = known ?? (await users.create({ account, name: `Name of ${account}`, roles: [role] }));
    if (!known) await givePassword(database, id);
    return { id, token: await signIn(account) };
  }

  return {
    app,
    config,
    database,
    auth,
    tokens,
    users,
    consultations,
    foundation,
    modules,
    visits,
    workers,
    openRooms,
    roomFaults,
    nodes,
    chatStore,
    pushed,
    signIn,
    stepUp,
    people: !peopled
      ? ({} as TestApp['people'])
      : {
          doctor: await person('doctor', 'doctor'),
          patient: await person('patient', 'patient'),
          otherDoctor: await person('other-doctor', 'doctor'),
          otherPatient: await person('other-patient', 'patient'),
          pharmacist: await person('pharmacist', 'pharmacist'),
          administrator: await person('administrator', 'administrator'),
        },
    call,
    async close() {
      await app.close();
      await workers.close();
      await foundation.close();
      await rm(folder, { recursive: true, force: true });
      checkAnswers(app);
    },
  };
}

/** A valid booking with this patient, from now for half an hour. */
export function booking(patientId: string) {
  const now = Date.now();
  return {
    title: 'Follow-up',
    patientId,
    scheduledStart: new Date(now).toISOString(),
    scheduledEnd: new Date(now + 1_800_000).toISOString(),
    lobby: true,
  };
}
