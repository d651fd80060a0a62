/** What a page shows when a test fails. */
import type { Page, Request } from 'playwright-core';
import { onFailure } from './failure-report.ts';

/** A page that stands still may not answer at all, ms. */
const PATIENCE_MS = 2_000;
const TEXT_LENGTH = 400;
const TOLD_ERRORS = 5;

/**
 * From now until it is closed, a page tells of itself when a test fails.
 * @param errors what its console has complained of so far
 */
export function reportOnFailure(page: Page, errors: readonly string[]): void {
  const unanswered = new Set<Request>();
  page.on('request', (request) => unanswered.add(request));
  const ended = (request: Request): void => void unanswered.delete(request);
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);

  const forget = onFailure(async () => {
    const [text, draws] = await Promise.all([textOf(page), drawsOf(page)]);
    const waitsFor = [...unanswered].map((request) => `${request.method()} ${request.url()}`);
    return [
      `page ${page.url()} ${draws}: ${text}`,
      ...(waitsFor.length > 0 ? [`  waits for ${waitsFor.join(', ')}`] : []),
      ...(errors.length > 0 ? [`  complained: ${errors.slice(-TOLD_ERRORS).join(' | ')}`] : []),
    ].join('\n');
  });
  page.on('close', forget);
}

async function textOf(page: Page): Promise<string> {
  try {
    const text = await page.locator('body').innerText({ timeout: PATIENCE_MS });
    return text.replaceAll(/\s+/g, ' ').slice(0, TEXT_LENGTH) || '(empty)';
  } catch {
    return '(does not answer)';
  }
}

/** Whether the page is given pictures to draw: without them nothing that moves comes to rest, and clicks wait. */
async function drawsOf(page: Page): Promise<string> {
  const drawn = page.evaluate((patience) => {
    const { requestAnimationFrame: draw } = globalThis as unknown as { requestAnimationFrame(done: () => void): void };
    return Promise.race([
      new Promise<string>((resolve) => draw(() => resolve('draws'))),
      new Promise<string>((resolve) => void setTimeout(resolve, patience, 'does not draw')),
    ]);
  }, PATIENCE_MS / 2);
  const frozen = new Promise<string>((resolve) => void setTimeout(resolve, PATIENCE_MS, 'stands still'));
  return Promise.race([drawn, frozen]).catch(() => 'is between two documents');
}
