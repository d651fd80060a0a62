import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { ownPeer } from '../room/visit-state.ts';
import { useStore } from '../use-store.ts';
import { initials } from './grid.ts';
import { Icon } from './icon.tsx';
import { VideoView } from './video-view.tsx';

/** Own picture in the corner, and what of oneself is off. */
export function OwnTile({ visit }: { visit: Visit }) {
  const t = useT();
  const state = useStore(visit.state);
  const { camera, microphone, screen, choice } = useStore(visit.local.state);
  const muted = choice.muted || !microphone;
  const own = ownPeer(state);
  return (
    <article className="own" data-testid="own-tile" aria-label={t('room.you')}>
      {camera && !state.audioOnly && !state.cameraHeld ? (
        <VideoView track={camera} mirrored testId="own-video" label={t('room.you')} />
      ) : (
        <div className="avatar avatar-small" aria-hidden="true">
          {initials(state.self?.name ?? '?')}
        </div>
      )}
      <footer className="plate">
        {muted && (
          <span className="plate-icon plate-muted" role="img" aria-label={t('room.muted')}>
            <Icon name="micOff" size={16} />
          </span>
        )}
        <span className="plate-name">{t('room.you')}</span>
        {screen && <Icon name="screen" size={16} />}
      </footer>
      {own?.handRaisedAt != null && (
        <span className="hand hand-small" role="img" aria-label={t('room.handUp')}>
          <Icon name="hand" size={18} />
        </span>
      )}
    </article>
  );
}
