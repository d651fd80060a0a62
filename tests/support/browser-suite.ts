/**
 * What most browser tests begin with: a server, browsers, and every device that a test opens closed after it. What is opened before
 * the first test, or by tests that run at the same time, stays until the last one has ended.
 */
import type { Browser } from 'playwright-core';
import { launchBrowser, openDevice } from './browser.ts';
import { canCreateNamespaces, createNamespace, type Namespace } from './namespaces.ts';
import { createVisit, type SignedIn, type Visit } from './rest.ts';
import { startServer, type TestServer } from './server.ts';
import { type Device, type DeviceOptions, joinVisit, openVisit, type People } from './visit.ts';

/** Where a page is opened: beside the server and at its own address, unless told otherwise. */
type Options = Partial<DeviceOptions> & { browser?: Browser };

export interface Call extends People {
  visit: Visit;
}

export interface BrowserSuite {
  readonly server: TestServer;
  /** Beside the server. */
  readonly near: Browser;
  /** An empty page. */
  device(options?: Options): Promise<Device>;
  /** `openVisit()` */
  open(visit: Visit, who: SignedIn | null, options?: Options): Promise<Device>;
  /** `joinVisit()` */
  join(visit: Visit, who: SignedIn | null, options?: Options): Promise<Device>;
  /** Both people of a new visit without a lobby, inside the room. */
  call(): Promise<Call>;
}

export interface FarSuite extends BrowserSuite {
  readonly namespace: Namespace;
  /** On a host of its own, where patients are. */
  readonly far: Browser;
  /** The server as seen from there. */
  readonly origin: string;
}

interface Started {
  server: TestServer;
  near: Browser;
  far: Browser;
  origin: string;
}

/** Steps that take back what was started, newest last. */
type Closers = (() => Promise<unknown>)[];

function createSuite<S extends Started>(start: (closers: Closers) => Promise<S>): { suite: BrowserSuite; started: () => S } {
  let parts: S;
  const closers: Closers = [];
  /** Of the test that runs by itself; null outside of such a test. */
  let devices: Device[] | null = null;
  beforeAll(async () => {
    parts = await start(closers);
  });
  beforeEach(() => {
    devices = [];
  });
  afterEach(async () => {
    const opened = devices ?? [];
    devices = null;
    await Promise.all(opened.map(({ context }) => context.close()));
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });
  async function kept(opening: Promise<Device>): Promise<Device> {
    const device = await opening;
    devices?.push(device);
    return device;
  }
  const place = ({ browser = parts.near, ...options }: Options): [Browser, DeviceOptions] => [
    browser,
    { origin: parts.server.url, ...options },
  ];
  const suite: BrowserSuite = {
    get server() {
      return parts.server;
    },
    get near() {
      return parts.near;
    },
    device: (options = {}) => kept(openDevice(...place(options))),
    open(visit, who, options = {}) {
      const [browser, device] = place(options);
      return kept(openVisit(browser, visit.id, who, device));
    },
    join(visit, who, options = {}) {
      const [browser, device] = place(options);
      return kept(joinVisit(browser, visit.id, who, device));
    },
    async call() {
      const visit = await createVisit(parts.server);
      const doctor = await suite.join(visit, visit.doctor);
      const patient = await suite.join(visit, visit.patient, { browser: parts.far, origin: parts.origin });
      return { visit, doctor, patient };
    },
  };
  return { suite, started: () => parts };
}

/**
 * A server and one browser. Registers the hooks: call it at the top of a test file.
 * @param options.settings of the server
 * @param options.args more flags of the browser
 */
export function browserSuite({ settings, args = [] }: { settings?: Record<string, string>; args?: string[] } = {}): BrowserSuite {
  return createSuite(async (closers) => {
    const starting = [startServer(settings), launchBrowser({ args })] as const;
    for (const each of starting) closers.push(async () => (await each.catch(() => null))?.close());
    const [server, near] = await Promise.all(starting);
    return { server, near, far: near, origin: server.url };
  }).suite;
}

export interface FarOptions {
  ipv6?: boolean;
  /** Settings of the server; by default it listens everywhere. */
  settings?(namespace: Namespace): Record<string, string> | Promise<Record<string, string>>;
  /** Shapes the network of the other host before a browser starts there. */
  shape?(namespace: Namespace, server: TestServer): Promise<void>;
}

/** The same with a second browser on a host of its own, whose network can be shaped: patients are there. */
export function farSuite({ ipv6 = false, settings = () => ({ HOST: '0.0.0.0' }), shape }: FarOptions = {}): FarSuite {
  const { suite, started } = createSuite(async (closers) => {
    if (!canCreateNamespaces) throw new Error('These tests build networks of their own: run them as root on Linux');
    const namespace = await createNamespace({ ipv6 });
    closers.push(() => namespace.close());
    const server = await startServer(await settings(namespace));
    closers.push(() => server.close());
    await shape?.(namespace, server);
    const origin = `http://${ipv6 ? `[${namespace.hostAddress6}]` : namespace.hostAddress}:${server.port}`;
    const program = await namespace.wrapper('/usr/bin/chromium');
    const launching = [launchBrowser(), launchBrowser({ secure: origin, program })] as const;
    for (const each of launching) closers.push(async () => (await each.catch(() => null))?.close());
    const [near, far] = await Promise.all(launching);
    return { server, near, far, origin, namespace };
  });
  return Object.defineProperties(suite as FarSuite, {
    namespace: { get: () => started().namespace },
    far: { get: () => started().far },
    origin: { get: () => started().origin },
  });
}
