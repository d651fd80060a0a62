import { ConnectionBanner } from '../components/connection-banner.tsx';
import { DeviceFields, DeviceProblems } from '../components/device-fields.tsx';
import { LevelBar } from '../components/level-bar.tsx';
import { Notice } from '../components/notice.tsx';
import { Page } from '../components/page.tsx';
import { dayAndTime, useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { PreviewFrame } from './preview-screen.tsx';

/** The waiting room: what is awaited, and the own devices. */
export function Lobby({ visit }: { visit: Visit }) {
  const t = useT();
  const state = useStore(visit.state);
  const { microphone } = useStore(visit.local.state);
  const { lobby, self } = state;
  if (!lobby || !self) return null;
  const side = self.role === 'practitioner' ? 'patient' : 'practitioner';
  const status = lobby.attendance[side];
  return (
    <Page wide>
      <ConnectionBanner visit={visit} />
      <div className="preview preview-text-first" data-testid="lobby">
        <section className="stack">
          <PreviewFrame local={visit.local} />
          {microphone && <LevelBar track={microphone} label={t('preview.level')} />}
          <DeviceProblems local={visit.local} />
          <DeviceFields local={visit.local} />
        </section>
        <section className="stack" aria-live="polite">
          <p className="eyebrow">{lobby.title}</p>
          <h1>{t('lobby.title')}</h1>
          <p className="lead">{t(lobby.sentBack ? 'lobby.sentBack' : 'lobby.text')}</p>
          <div className="waiting" aria-hidden="true">
            <i />
            <i />
            <i />
          </div>
          <Notice
            tone={status === 'present' ? 'good' : status === 'late' || status === 'no-show' ? 'warn' : 'info'}
            testId="lobby-attendance"
          >
            <strong>{t(`attendance.${side}.${status}`)}</strong>
            <p>{t('lobby.scheduled', { time: dayAndTime(lobby.scheduledStart) })}</p>
          </Notice>
          {lobby.locked && <Notice tone="info">{t('lobby.locked')}</Notice>}
          <button type="button" className="btn" data-testid="lobby-leave" onClick={() => void visit.leave()}>
            {t('lobby.leave')}
          </button>
        </section>
      </div>
    </Page>
  );
}
