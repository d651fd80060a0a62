import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Icon } from './icon.tsx';

/** Tells which video there is not, why, and how to get it back. */
export function AudioOnlyBar({ visit }: { visit: Visit }) {
  const t = useT();
  const because = useStore(visit.state, (state) => state.audioOnly);
  const held = useStore(visit.state, (state) => state.cameraHeld);
  if (!because) return held ? <CameraHeldBar visit={visit} /> : null;
  return (
    <div className="room-bar" role="status" data-testid="audio-only-bar" data-because={because}>
      <Icon name="sound" size={20} />
      <span>{t(because === 'network' ? 'room.audioOnlyNetwork' : 'room.audioOnlyHand')}</span>
      <button type="button" className="btn btn-small" data-testid="video-back" onClick={() => visit.setAudioOnly(false)}>
        {t('room.videoBack')}
      </button>
    </div>
  );
}

function CameraHeldBar({ visit }: { visit: Visit }) {
  const t = useT();
  return (
    <div className="room-bar" role="status" data-testid="camera-held-bar">
      <Icon name="cameraOff" size={20} />
      <span>{t('room.cameraHeld')}</span>
      <button type="button" className="btn btn-small" data-testid="camera-back" onClick={visit.sendCamera}>
        {t('room.cameraBack')}
      </button>
    </div>
  );
}

/** Reminds that everybody sees the own screen, with the way to stop it. */
export function SharingBar({ visit }: { visit: Visit }) {
  const t = useT();
  const screen = useStore(visit.local.state, (state) => state.screen);
  if (!screen) return null;
  return (
    <div className="room-bar" role="status" data-testid="sharing-bar">
      <Icon name="screen" size={20} />
      <span>{t('room.yourScreen')}</span>
      <button type="button" className="btn btn-small" onClick={visit.local.stopScreen}>
        {t('room.stopShare')}
      </button>
    </div>
  );
}
