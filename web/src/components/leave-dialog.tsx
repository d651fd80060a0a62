import { useState } from 'react';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Dialog } from './dialog.tsx';

/** Leave, or for the practitioner end the visit for all after a second question. */
export function LeaveDialog({ visit, onClose }: { visit: Visit; onClose(): void }) {
  const t = useT();
  const leads = useStore(visit.state, (state) => state.self?.role === 'practitioner');
  const [ending, setEnding] = useState(false);
  if (ending) {
    return (
      <Dialog title={t('leave.endTitle')} onClose={onClose} testId="end-dialog">
        <p>{t('leave.endText')}</p>
        <div className="actions">
          <button
            type="button"
            className="btn btn-danger"
            data-testid="end-confirm"
            onClick={() => void visit.command('room:end', {}).then((done) => done || onClose())}
          >
            {t('leave.end')}
          </button>
          <button type="button" className="btn" autoFocus onClick={onClose}>
            {t('leave.stay')}
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t('leave.title')} onClose={onClose} testId="leave-dialog">
      <p>{t('leave.text')}</p>
      <div className="actions">
        <button type="button" className="btn btn-primary" data-testid="leave-confirm" autoFocus onClick={() => void visit.leave()}>
          {t('leave.confirm')}
        </button>
        {leads && (
          <button type="button" className="btn btn-danger" data-testid="end-button" onClick={() => setEnding(true)}>
            {t('leave.end')}
          </button>
        )}
        <button type="button" className="btn" onClick={onClose}>
          {t('leave.stay')}
        </button>
      </div>
    </Dialog>
  );
}
