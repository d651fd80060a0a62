import { dayAndTime, useT } from '../i18n/index.ts';
import type { VisitRecord } from '../net/records.ts';
import { navigate } from '../router.ts';
import { Icon } from './icon.tsx';

/** One visit of the list, with what its reader can do about it. */
export function VisitCard({ visit, onInvite, onCancel }: { visit: VisitRecord; onInvite(): void; onCancel(): void }) {
  const t = useT();
  const leads = visit.role === 'practitioner';
  const other = leads ? visit.patient : visit.practitioner;
  return (
    <li className="visit-card" data-testid="visit-card" data-visit-id={visit.id}>
      <div className="visit-card-text">
        <h3>{visit.title}</h3>
        <p>
          <Icon name="calendar" size={18} /> <time dateTime={visit.scheduledStart}>{dayAndTime(visit.scheduledStart)}</time>
        </p>
        <p>
          <Icon name="people" size={18} /> {t('home.with', { name: other.name })}
        </p>
      </div>
      {visit.unread > 0 && (
        <span className="chip chip-unread" data-testid="visit-unread">
          <Icon name="chat" size={16} /> {t('home.unread', { count: visit.unread })}
        </span>
      )}
      <span className={`chip chip-${visit.status}`}>{t(`home.${visit.status}`)}</span>
      {(visit.status === 'scheduled' || visit.status === 'active') && (
        <div className="visit-card-actions">
          {leads && visit.status === 'scheduled' && (
            <button type="button" className="btn btn-quiet" data-testid="visit-cancel" onClick={onCancel}>
              {t('home.cancelVisit')}
            </button>
          )}
          {leads && (
            <button type="button" className="btn" data-testid="visit-invite" onClick={onInvite}>
              <Icon name="invite" size={20} /> {t('home.invite')}
            </button>
          )}
          <button type="button" className="btn btn-primary" data-testid="visit-join" onClick={() => navigate(`/visit/${visit.id}`)}>
            <Icon name="camera" size={20} /> {t('home.join')}
          </button>
        </div>
      )}
    </li>
  );
}
