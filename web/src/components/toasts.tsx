import i18next from 'i18next';
import { errorText, useT } from '../i18n/index.ts';
import { dismiss, toasts, type Toast } from '../room/toasts.ts';
import { useStore } from '../use-store.ts';
import { Icon } from './icon.tsx';

function words({ key, values }: Toast): string {
  const reason = values['code'] ? { reason: errorText(values['code']) } : {};
  return i18next.t(`toast.${key}` as 'toast.shareFailed', { ...values, ...reason });
}

export function Toasts() {
  const t = useT();
  const shown = useStore(toasts);
  return (
    <div className="toasts" role="status" aria-live="polite" data-testid="toasts">
      {shown.map((entry) => (
        <div key={entry.id} className={`toast toast-${entry.tone}`} data-key={entry.key}>
          <span>{words(entry)}</span>
          <button type="button" className="icon-button" aria-label={t('app.close')} onClick={() => dismiss(entry.id)}>
            <Icon name="close" size={18} />
          </button>
        </div>
      ))}
    </div>
  );
}
