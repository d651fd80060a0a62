import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { ownPeer } from '../room/visit-state.ts';
import { useStore } from '../use-store.ts';
import { canShare, toggleScreen } from './controls.tsx';
import { DeviceFields, DeviceProblems, SpeakerField } from './device-fields.tsx';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { LevelBar } from './level-bar.tsx';
import { LanguageSwitch } from './page.tsx';

interface SettingsProps {
  visit: Visit;
  onClose(): void;
  /** Goes on to what can be done about a recording. */
  onRecording(): void;
}

/** What the bar has no room for on a phone. */
function NarrowActions({ visit, onClose, onRecording }: SettingsProps) {
  const t = useT();
  const state = useStore(visit.state);
  const { screen } = useStore(visit.local.state);
  const raised = ownPeer(state)?.handRaisedAt != null;
  const sends = state.self?.role !== 'observer';
  function then(work: () => Promise<unknown>): void {
    onClose();
    void work();
  }
  return (
    <div className="narrow-only actions">
      <button type="button" className="btn" onClick={() => then(() => visit.command('hand:raise', { raised: !raised }))}>
        <Icon name="hand" size={20} /> {t(raised ? 'room.lowerHand' : 'room.raiseHand')}
      </button>
      {state.self?.role === 'practitioner' && state.room?.recording !== undefined && (
        <button type="button" className="btn" onClick={onRecording}>
          <Icon name="record" size={20} /> {t('recording.button')}
        </button>
      )}
      {sends && canShare() && (
        <button type="button" className="btn" onClick={() => then(() => toggleScreen(visit))}>
          <Icon name="screen" size={20} /> {t(screen ? 'room.stopShare' : 'room.share')}
        </button>
      )}
    </div>
  );
}

/** Devices, sound only and language during a visit. */
export function SettingsDialog({ visit, onClose, onRecording }: SettingsProps) {
  const t = useT();
  const { audioOnly, self } = useStore(visit.state);
  const { microphone } = useStore(visit.local.state);
  const sends = self?.role !== 'observer';
  return (
    <Dialog title={t('settings.title')} onClose={onClose} testId="settings-dialog">
      <div className="stack">
        <NarrowActions visit={visit} onClose={onClose} onRecording={onRecording} />
        {sends && (
          <>
            <DeviceProblems local={visit.local} />
            <DeviceFields local={visit.local} />
            {microphone && <LevelBar track={microphone} label={t('preview.level')} />}
          </>
        )}
        <SpeakerField local={visit.local} />
        <div className="check">
          <input
            id="audio-only"
            type="checkbox"
            checked={audioOnly !== null}
            data-testid="audio-only"
            onChange={(event) => visit.setAudioOnly(event.target.checked)}
          />
          <label htmlFor="audio-only">
            <strong>{t('settings.soundOnly')}</strong>
            <small>{t('settings.soundOnlyText')}</small>
          </label>
        </div>
        <div>
          <LanguageSwitch />
        </div>
      </div>
    </Dialog>
  );
}
