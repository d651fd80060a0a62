import { useState } from 'react';
import { errorText, useT } from '../i18n/index.ts';
import { ApiError } from '../net/api.ts';
import { cancelVisit, type VisitRecord } from '../net/records.ts';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';

/** Asks before a planned visit is called off. */
export function CancelDialog({ visit, onClose, onCancelled }: { visit: VisitRecord; onClose(): void; onCancelled(): void }) {
  const t = useT();
  const [busy, setBusy] = useState(false);
  const [code, setCode] = useState<string | null>(null);
  function confirm(): void {
    setBusy(true);
    setCode(null);
    cancelVisit(visit.id).then(onCancelled, (error: unknown) => {
      setBusy(false);
      setCode(error instanceof ApiError ? error.code : 'internal');
    });
  }
  return (
    <Dialog title={t('home.cancelTitle')} onClose={onClose} testId="cancel-dialog">
      <p>{t('home.cancelText', { title: visit.title, name: visit.patient.name })}</p>
      {code && (
        <Notice tone="bad" alert>
          {errorText(code)}
        </Notice>
      )}
      <div className="actions">
        <button type="button" className="btn btn-danger" disabled={busy} data-testid="cancel-confirm" onClick={confirm}>
          {t('home.cancelVisit')}
        </button>
        <button type="button" className="btn" autoFocus onClick={onClose}>
          {t('home.keepVisit')}
        </button>
      </div>
    </Dialog>
  );
}
