import { useEffect, useState } from 'react';
import { DeviceFields, DeviceProblems } from '../components/device-fields.tsx';
import { Icon } from '../components/icon.tsx';
import { LevelBar } from '../components/level-bar.tsx';
import { NetworkCheck } from '../components/network-check.tsx';
import { Notice } from '../components/notice.tsx';
import { Page } from '../components/page.tsx';
import { VideoView } from '../components/video-view.tsx';
import { useT } from '../i18n/index.ts';
import { playTestSound } from '../media/level-meter.ts';
import { createLocalMedia, type LocalMedia } from '../media/local-media.ts';
import { session } from '../session.ts';
import { useStore } from '../use-store.ts';
import '../styles/pages.css';

function DeviceCheck({ local }: { local: LocalMedia }) {
  const t = useT();
  const { camera, microphone } = useStore(local.state);
  const [heard, setHeard] = useState(false);
  return (
    <>
      <DeviceProblems local={local} />
      <DeviceFields local={local} />
      {camera && (
        <>
          <div className="preview-frame">
            <VideoView track={camera} mirrored testId="test-video" label={t('test.camera')} />
          </div>
          <Notice tone="good">{t('test.cameraGood')}</Notice>
        </>
      )}
      {microphone && (
        <>
          <LevelBar track={microphone} label={t('preview.level')} onHeard={() => setHeard(true)} />
          <Notice tone={heard ? 'good' : 'info'}>{heard ? t('test.microphoneGood') : t('test.microphoneHint')}</Notice>
        </>
      )}
    </>
  );
}

/** `/test`: everything that can be checked before a visit. */
export default function NetworkTest() {
  const t = useT();
  const own = useStore(session);
  const [local, setLocal] = useState<LocalMedia | null>(null);
  useEffect(() => () => local?.close(), [local]);

  function start(): void {
    const media = createLocalMedia();
    setLocal(media);
    void media.start();
  }
  return (
    <Page>
      <h1>{t('test.title')}</h1>
      <p className="lead">{t('test.intro')}</p>
      <section className="card stack">
        <h2>{t('test.network')}</h2>
        {own && <NetworkCheck token={own.token} />}
      </section>
      <section className="card stack">
        <h2>{t('test.devices')}</h2>
        {local ? (
          <DeviceCheck local={local} />
        ) : (
          <button type="button" className="btn btn-primary" onClick={start} data-testid="test-devices">
            <Icon name="camera" size={20} /> {t('test.startDevices')}
          </button>
        )}
        <button type="button" className="btn" onClick={playTestSound}>
          <Icon name="sound" size={20} /> {t('test.playSound')}
        </button>
      </section>
    </Page>
  );
}
