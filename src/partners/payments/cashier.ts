/** The page where a person of the demo pays: one button, Chinese or English as the browser asks. */
import { yuanText } from '#src/money.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../http-simulator.ts';
import { isOver, type Ledger, type Trade } from './ledger.ts';

/** How the partner looks. */
export interface Look {
  name: { zh: string; en: string };
  /** Dark enough for white letters. */
  color: string;
}

const words = {
  zh: { play: '模拟收银台，不会真的扣款', pay: '支付', paid: '已支付', closed: '订单已关闭', over: '订单已过期', back: '返回商户' },
  en: {
    play: 'A simulated cashier: no money moves',
    pay: 'Pay',
    paid: 'Paid',
    closed: 'Closed',
    over: 'Expired',
    back: 'Back to the merchant',
  },
} as const;

const ADDRESS = /^\/cashier\/([0-9a-f]{32})(\/pay)?$/;
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/**
 * Answers `GET /cashier/<id>` and `POST /cashier/<id>/pay`; null for any other address.
 * @param pay the payer pressed the button
 */
export function createCashier(
  ledger: Ledger,
  look: Look,
  pay: (trade: Trade) => Promise<unknown>,
): (request: SimulatedRequest) => Promise<SimulatedAnswer | null> {
  return async ({ method, url, headers }) => {
    const [match, id = '', paying] = ADDRESS.exec(url.pathname) ?? [];
    if (!match) return null;
    const trade = ledger.atCashier(id);
    if (!trade) return { status: 404, headers: HEADERS, body: 'Not found' };
    if (paying) {
      if (method !== 'POST') return { status: 405, headers: { ...HEADERS, allow: 'POST' } };
      await pay(trade);
      return { status: 303, headers: { ...HEADERS, location: `/cashier/${id}` } };
    }
    // Opened means scanned: from now on the partner knows the trade.
    if (trade.state === 'prepared' && !isOver(trade)) trade.state = 'waiting';
    const language = /^zh\b/i.test(headers['accept-language'] ?? '') ? 'zh' : 'en';
    return { status: 200, headers: HEADERS, body: render(trade, language, look) };
  };
}

function render(trade: Trade, language: 'zh' | 'en', { name, color }: Look): string {
  const text = words[language];
  const amount = `¥${yuanText(trade.amountFen)}`;
  const back = trade.returnUrl && /^https?:/.test(trade.returnUrl) ? `<p><a href="${escape(trade.returnUrl)}">${text.back}</a></p>` : '';
  const button = `<form method="post" action="/cashier/${trade.cashierId}/pay"><button autofocus>${text.pay} ${amount}</button></form>`;
  const done = trade.state === 'paid' ? `<p role="status">✓ ${text.paid}</p>${back}` : '';
  const over = trade.state === 'closed' ? text.closed : text.over;
  const open = trade.state !== 'closed' && !isOver(trade);
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(name[language])}</title>
<style>
  body { font: 18px/1.6 system-ui, sans-serif; max-width: 22em; margin: 3em auto; padding: 0 1em; text-align: center; color: #222 }
  h1 { font-size: 1.1em; color: ${color} } .amount { font-size: 2.4em; margin: 0 } .note { color: #595959; font-size: 0.85em }
  button { font: inherit; width: 100%; padding: 0.7em; border: 0; border-radius: 0.4em; background: ${color}; color: #fff; cursor: pointer }
</style>
<h1>${escape(name[language])}</h1>
<p>${escape(trade.subject)}</p>
<p class="amount">${amount}</p>
${done || (open ? button : `<p role="status">${over}</p>`)}
<p class="note">${text.play}</p>
</html>`;
}
