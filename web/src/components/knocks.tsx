import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Icon } from './icon.tsx';

const SHOWN = 2;

/** For the practitioner: who is at the door, over the stage, so that nobody waits unseen. */
export function Knocks({ visit, onOpen }: { visit: Visit; onOpen(): void }) {
  const t = useT();
  const lobby = useStore(visit.state, (state) => state.room?.lobby);
  if (!lobby || lobby.length === 0) return null;
  return (
    <div className="knocks" role="status" aria-live="polite" data-testid="knocks">
      {lobby.slice(0, SHOWN).map((entry) => (
        <div key={entry.id} className="knock">
          <span>
            <strong>{t('people.knocks', { name: entry.name })}</strong> <small>{t(`roles.${entry.role}`)}</small>
          </span>
          <button
            type="button"
            className="btn btn-primary btn-small"
            data-testid="knock-admit"
            data-peer-id={entry.id}
            onClick={() => void visit.command('lobby:admit', { peerId: entry.id })}
          >
            {t('people.admit')}
          </button>
        </div>
      ))}
      {lobby.length > SHOWN && (
        <button type="button" className="btn btn-small" onClick={onOpen}>
          <Icon name="people" size={18} /> {t('room.peopleWaiting', { count: lobby.length })}
        </button>
      )}
    </div>
  );
}
