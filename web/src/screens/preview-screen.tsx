import { useEffect, useState } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { DeviceFields, DeviceProblems } from '../components/device-fields.tsx';
import { Icon } from '../components/icon.tsx';
import { LevelBar } from '../components/level-bar.tsx';
import { NetworkCheck } from '../components/network-check.tsx';
import { Page } from '../components/page.tsx';
import { VideoView } from '../components/video-view.tsx';
import { dayAndTime, useT } from '../i18n/index.ts';
import type { LocalMedia } from '../media/local-media.ts';
import { getVisit, type VisitRecord } from '../net/records.ts';
import { endPreview, joinVisit, previewMedia } from '../room/current-visit.ts';
import { isGuest, tokenFor } from '../session.ts';
import { useStore } from '../use-store.ts';

/** Own picture with the two switches on it. */
export function PreviewFrame({ local }: { local: LocalMedia }) {
  const t = useT();
  const { camera, microphone, choice, busy } = useStore(local.state);
  const muted = choice.muted || !microphone;
  return (
    <div className="preview-frame">
      {camera ? (
        <VideoView track={camera} mirrored testId="preview-video" label={t('room.you')} />
      ) : (
        <p className="preview-off">
          <Icon name="cameraOff" size={34} />
          {busy && choice.cameraOn ? t('preview.cameraStarting') : t('preview.cameraOff')}
        </p>
      )}
      <div className="preview-switches">
        <button
          type="button"
          className={`round ${muted ? 'round-off' : ''}`}
          aria-label={t(muted ? 'preview.unmute' : 'preview.mute')}
          title={t(muted ? 'preview.unmute' : 'preview.mute')}
          onClick={() => void local.setMuted(!muted)}
          data-testid="preview-mic"
        >
          <Icon name={muted ? 'micOff' : 'mic'} />
        </button>
        <button
          type="button"
          className={`round ${camera ? '' : 'round-off'}`}
          aria-label={t(camera ? 'preview.turnCameraOff' : 'preview.turnCameraOn')}
          title={t(camera ? 'preview.turnCameraOff' : 'preview.turnCameraOn')}
          onClick={() => void local.setCamera(!camera)}
          data-testid="preview-camera"
        >
          <Icon name={camera ? 'camera' : 'cameraOff'} />
        </button>
      </div>
    </div>
  );
}

/** One sentence on how the others will see and hear this person, or null when all is on. */
function useJoinHint(local: LocalMedia): string | null {
  const t = useT();
  const { camera, microphone, choice, busy } = useStore(local.state);
  if (busy) return null;
  if (!camera && !microphone) return t('preview.withNothing');
  if (!camera) return t(choice.muted ? 'preview.joinMuted' : 'preview.withoutCamera');
  if (!microphone) return t('preview.withoutMicrophone');
  return choice.muted ? t('preview.joinMuted') : null;
}

function useRecord(id: string): VisitRecord | null {
  const [record, setRecord] = useState<VisitRecord | null>(null);
  useEffect(() => {
    if (isGuest(id)) return;
    // The page works without the title; what is wrong with the visit is told at the join.
    getVisit(id).then(setRecord, (error: unknown) => console.warn('visit', error));
  }, [id]);
  return record;
}

/** Before the visit: devices are chosen and checked, nobody sees this person yet. */
export function Preview({ id }: { id: string }) {
  const t = useT();
  const [local] = useState(previewMedia);
  const { microphone } = useStore(local.state);
  const record = useRecord(id);
  const hint = useJoinHint(local);
  const [checking, setChecking] = useState(false);
  // A join hands the devices to the visit, and then there is nothing here to close.
  useEffect(() => endPreview, []);

  return (
    <Page wide>
      <div className="preview" data-testid="preview">
        <section className="stack">
          <PreviewFrame local={local} />
          {microphone && <LevelBar track={microphone} label={t('preview.level')} />}
        </section>
        <section className="stack">
          <div>
            {record && <p className="eyebrow">{record.title}</p>}
            <h1>{t('preview.title')}</h1>
            {record && <p className="lead">{t('preview.joinOnDate', { time: dayAndTime(record.scheduledStart) })}</p>}
            <p className="lead">{t('preview.intro')}</p>
          </div>
          <DeviceProblems local={local} />
          <DeviceFields local={local} />
          {hint && <p className="hint">{hint}</p>}
          <button type="button" className="btn btn-primary btn-large" data-testid="join-button" onClick={() => joinVisit(id)}>
            {t('preview.join')}
          </button>
          <button type="button" className="btn btn-quiet" onClick={() => setChecking(true)} data-testid="preview-check">
            <Icon name="signal" size={20} /> {t('preview.check')}
          </button>
        </section>
      </div>
      {checking && (
        <Dialog title={t('test.title')} onClose={() => setChecking(false)}>
          <NetworkCheck token={tokenFor(id) ?? ''} />
        </Dialog>
      )}
    </Page>
  );
}
