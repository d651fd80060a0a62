/** What tests of the clinic's screens begin with: a server with the demo's people, a browser, and an administrator at a desk. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { openClinicPage, type PageOptions } from './clinic-page.ts';
import { dataFolder } from './data-folder.ts';
import { api, signIn, type SignedIn } from './rest.ts';
import { type Account, demoAccounts, startServer, type TestServer } from './server.ts';
import { copyTemplate } from './template.ts';

/** Of every account that is made for these tests. */
export const PASSWORD = 'Invented-2026';
const DAY_MS = 86_400_000;

/** @param later days from today */
export const date = (later: number) => new Date(Date.now() + later * DAY_MS).toISOString().slice(0, 10);

interface Desk {
  server: TestServer;
  administrator: SignedIn;
  doctor: SignedIn;
  patient: SignedIn;
  /** With which the administrator signs in and is verified. */
  proof: Account;
  /** Of the administrator, on a desk. */
  desk: Page;
}

interface Started extends Desk {
  browser: Browser;
}

export interface DeskSuite extends Readonly<Desk> {
  asAdministrator<T>(method: string, address: string, body?: unknown): Promise<T>;
  /** A page of somebody; closed after the last test. @param address below `/clinic` */
  open(who: SignedIn, address: string, options?: PageOptions): Promise<Page>;
  /** Loads a screen. Here and below: on the administrator's desk, unless told otherwise. */
  go(address: string, page?: Page): Promise<void>;
  /** Of a table, that has this text. */
  row(text: string, page?: Page): Locator;
  press(testId: string, place?: Page | Locator): Promise<void>;
  type(testId: string, text: string, page?: Page): Promise<void>;
  /** Sends the form in the dialog that is open, which closes. */
  submit(page?: Page): Promise<void>;
  /** Chooses somebody in a field that finds people. */
  choose(name: string, place?: Page | Locator): Promise<void>;
}

/** Fills the clinic of a data folder with people, visits, orders, reviews and records. */
async function seed(folder: string): Promise<void> {
  const command = ['src/main.ts', 'seed', '--scale', '0.03', '--force', '--password', PASSWORD];
  await promisify(execFile)(process.execPath, command, { env: { ...process.env, NODE_ENV: 'test', DATA_DIR: folder } });
}

/**
 * Registers the hooks: call it at the top of a test file.
 * @param options.seeded with half a year of visits beside the demo's people
 */
export function deskSuite({ seeded = false } = {}): DeskSuite {
  // Filled before the first test.
  const parts = {} as Started;
  const closers: (() => Promise<unknown>)[] = [];

  async function openPage(browser: Browser, server: TestServer, who: SignedIn, address: string, options: PageOptions): Promise<Page> {
    const { page, context } = await openClinicPage(browser, server, `/clinic${address}`, who, options);
    closers.push(() => context.close());
    return page;
  }
  beforeAll(async () => {
    const folder = await dataFolder('desk');
    closers.push(() => rm(folder, { recursive: true, force: true }));
    await copyTemplate(folder);
    const starting = [startServer({ RATE_HTTP_PER_MINUTE: '0', DATA_DIR: folder }), launchBrowser()] as const;
    for (const each of starting) closers.push(async () => (await each.catch(() => null))?.close());
    const [server, browser] = await Promise.all(starting);
    if (seeded) {
      await server.stop();
      await seed(folder);
      await server.start();
    }
    const proof = demoAccounts(server.output()).administrator;
    const administrator = await signIn(server, proof);
    const [doctor, patient] = await Promise.all([signIn(server, server.doctor), signIn(server, server.patient)]);
    const desk = await openPage(browser, server, administrator, '/departments', {});
    Object.assign(parts, { server, browser, administrator, doctor, patient, proof, desk });
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  return Object.assign(parts, {
    asAdministrator: (method, address, body) =>
      api(parts.server, method, address, { token: parts.administrator.token, ...(body !== undefined && { body }) }),
    open: (who, address, options = {}) => openPage(parts.browser, parts.server, who, address, options),
    async go(address, page = parts.desk) {
      await page.goto(`${parts.server.url}/clinic${address}`);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    row: (text, page = parts.desk) => page.locator('tbody tr[data-row-key]', { hasText: text }),
    press: (testId, place = parts.desk) => place.getByTestId(testId).first().click(),
    type: (testId, text, page = parts.desk) => page.getByTestId(testId).fill(text),
    async submit(page = parts.desk) {
      const dialog = page.getByTestId('form-dialog');
      await dialog.getByTestId('form-submit').click();
      await dialog.waitFor({ state: 'hidden' });
    },
    async choose(name, place = parts.desk) {
      await place.getByTestId('person-select').locator('input').fill(name);
      await parts.desk.locator('.ant-select-item-option', { hasText: name }).first().click();
    },
  } satisfies Omit<DeskSuite, keyof Started>);
}
