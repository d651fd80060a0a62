import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { type BlocksPage, startBlocksPage } from '../support/blocks.ts';
import { launchBrowser, openDevice } from '../support/browser.ts';
import { checkScreen } from '../support/screen-check.ts';
import { until } from '../support/wait.ts';

let blocks: BlocksPage;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  blocks = await startBlocksPage();
  browser = await launchBrowser();
});
afterEach(async () => {
  await page.context().close();
  blocks.forget();
});
afterAll(async () => {
  await browser?.close();
  await blocks?.close();
});

async function open(options: { locale?: string; phone?: boolean } = {}, search = ''): Promise<void> {
  ({ page, errors } = await openDevice(browser, options));
  if (options.phone) await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(blocks.url + search);
  await page.getByTestId('chart-canvas').last().locator('canvas').waitFor();
  await page
    .getByText('order 0', { exact: true })
    .or(page.getByText('order 20', { exact: true }))
    .first()
    .waitFor();
}

const verify = async (password: string): Promise<void> => {
  await page.getByTestId('step-up-password').fill(password);
  await page.getByTestId('step-up-confirm').click();
};

test.each([
  { on: 'a desk', phone: false, locale: 'en-US' },
  { on: 'a desk in Chinese', phone: false, locale: 'zh-CN' },
  { on: 'a phone', phone: true, locale: 'en-US' },
  { on: 'a phone in Chinese', phone: true, locale: 'zh-CN' },
])('$on: nothing is cut, every control has a name, and no style is refused', async (options) => {
  await open(options);
  await checkScreen(page, 'blocks');
  await page.getByTestId('refund').click();
  await page.getByTestId('confirm-reason').waitFor();
  await checkScreen(page, 'confirm');
  expect(errors).toEqual([]);
});

test('<Masked>: shows the value after verification, told apart from a wrong password, and hides it again', async () => {
  await open();
  const value = page.getByTestId('masked-value');
  await page.getByTestId('masked-reveal').click();
  await verify('wrong');
  await page.getByTestId('step-up-fault').waitFor();
  expect(await value.innerText()).toBe('138****5678');
  await verify(blocks.password);
  await until('the whole number', async () => (await value.innerText()) === '13812345678');
  await page.getByRole('button', { name: 'Hide: phone' }).click();
  expect(await value.innerText()).toBe('138****5678');
});

test('verification: a dialog that is closed leaves all as it was, by code works as well', async () => {
  await open();
  await page.getByTestId('masked-reveal').click();
  await page.getByTestId('step-up-password').waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('step-up-password').waitFor({ state: 'detached' });
  expect(await page.getByTestId('masked-value').innerText()).toBe('138****5678');
  await page.getByTestId('masked-reveal').click();
  await page.getByText('Use text message').click();
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByRole('button', { name: /Again in \d+ s/ }).waitFor();
  await page.getByTestId('step-up-code').fill(blocks.code);
  await page.getByTestId('step-up-confirm').click();
  await until('the whole number', async () => (await page.getByTestId('masked-value').innerText()) === '13812345678');
});

test('<DataTable>: asks for what the address says, and the address follows filters, order and page', async () => {
  await open({}, '?page=2&sort=-paid');
  expect(blocks.queries.at(-1)).toBe('sort=-paid&page=2');
  await page.getByTestId('filter-keyword').getByRole('searchbox').fill(' 王 ');
  await page.getByTestId('list-empty').waitFor();
  expect(new URL(page.url()).search).toBe('?keyword=%E7%8E%8B&sort=-paid');
  expect(await page.getByTestId('list-empty').innerText()).toContain('Nothing matches');
  await page.getByTestId('filter-reset').click();
  await page.getByText('order 0', { exact: true }).waitFor();
  expect(await page.getByTestId('filter-keyword').getByRole('searchbox').inputValue()).toBe('');
  await page.getByRole('columnheader', { name: 'Order' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=id$/);
});

test('export: asks for verification, then downloads what the server sends', async () => {
  await open();
  await page.getByTestId('export').click();
  const download = page.waitForEvent('download');
  await verify(blocks.password);
  const file = await download;
  expect(file.suggestedFilename()).toBe('orders.csv');
  expect(await readFile(await file.path(), 'utf8')).toBe('id,paid\n1,0.50\n');
});

test('useConfirm(): wants a reason where it is required, and nothing happens without', async () => {
  await open();
  await page.getByTestId('refund').click();
  await page.getByTestId('confirm-ok').click();
  await page.getByText('Please fill this in').waitFor();
  await page.getByTestId('confirm-reason').fill(' paid twice ');
  await page.getByTestId('confirm-ok').click();
  await until('the answer', async () => (await page.getByTestId('refund-answer').innerText()) === 'because paid twice');
  await page.getByTestId('refund').click();
  // It opens with a movement, and hears no key before.
  await until('the refusal', async () => {
    await page.keyboard.press('Escape');
    return (await page.getByTestId('refund-answer').innerText()) === 'kept';
  });
});

test('<ApiForm>: marks the field under its own name, and repeats an attempt without an answer under the same key', async () => {
  await open();
  const from = blocks.orders.length;
  await page.getByTestId('dose').fill('11');
  await page.getByTestId('form-submit').click();
  await page.getByText('Too big').waitFor();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('dose');
  expect(await page.getByTestId('form-fault').innerText()).toContain('Please check what is marked');

  await page.getByTestId('dose').fill('1');
  await page.getByTestId('note').fill('broken');
  await page.getByTestId('form-submit').click();
  await until('a second attempt', () => blocks.orders.length === from + 2);
  await page.getByTestId('form-fault').getByText('req_test').waitFor();
  await page.getByTestId('form-submit').click();
  await until('a third attempt', () => blocks.orders.length === from + 3);
  await page.getByTestId('note').fill('');
  await page.getByTestId('form-submit').click();
  await until('the order', async () => (await page.getByTestId('order-made').innerText()) !== '');
  const keys = blocks.orders.slice(from).map(({ key }) => key);
  expect(keys[1]).toBe(keys[2]);
  expect(new Set(keys).size).toBe(2);
});

test('<Chart>: its figures are there as a table', async () => {
  await open();
  await page.getByTestId('chart-switch').first().click();
  const table = page.getByRole('table', { name: 'Visits a day' });
  expect(await table.getByRole('row', { name: /^Tue/ }).getByRole('cell').allInnerTexts()).toEqual(['8', '–']);
  await page.getByTestId('chart-switch').first().click();
  await page.getByTestId('chart-canvas').first().locator('canvas').waitFor();
});

test('<Money>, <When>: amounts to the cent, times on the clinic’s clock', async () => {
  await open();
  const facts = (await page.locator('.clinic-facts').innerText()).replaceAll('\n', ' ');
  expect(facts).toContain('Balance -¥1,234,567.80');
  expect(facts).toContain('Change +¥12.00');
  expect(facts).toContain('Day Mar 1, 2020');
  expect(facts).not.toContain('Nothing');
});
