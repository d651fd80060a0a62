import { language } from '../../i18n/index.ts';
import { useStore } from '../../use-store.ts';

interface MoneyProps {
  /** Yuan as the API sends them: a decimal number, or text with two decimals. */
  yuan: number | string;
  /** Shows a plus in front of what is more than nothing. */
  signed?: boolean;
}

/** An amount in yuan, in the manner of the page's language. Text is formatted as it is, without a way through floating point. */
export function Money({ yuan, signed = false }: MoneyProps) {
  const shown = useStore(language);
  const format = new Intl.NumberFormat(shown === 'zh' ? 'zh-CN' : 'en', {
    style: 'currency',
    currency: 'CNY',
    currencyDisplay: 'narrowSymbol',
    signDisplay: signed ? 'exceptZero' : 'auto',
  });
  return <span className="clinic-money">{format.format(yuan as number)}</span>;
}
