import { useId } from 'react';
import { useT } from '../i18n/index.ts';
import type { LocalMedia } from '../media/local-media.ts';
import type { MediaProblem } from '../media/media-problem.ts';
import { useStore } from '../use-store.ts';
import { Notice } from './notice.tsx';

const NONE = 'none';

interface FieldProps {
  label: string;
  none: string;
  items: readonly { id: string; label: string }[];
  current: string | null;
  testId: string;
  onChange(id: string | null): void;
}

/** Choice of the speaker, where the browser offers one. */
export function SpeakerField({ local }: { local: LocalMedia }) {
  const t = useT();
  const { devices, choice } = useStore(local.state);
  if (devices.speakers.length === 0) return null;
  const known = devices.speakers.some(({ id }) => id === choice.speakerId);
  return (
    <DeviceField
      label={t('settings.speaker')}
      none={t('settings.systemSpeaker')}
      items={devices.speakers.filter(({ id }) => id !== 'default')}
      current={known ? choice.speakerId : null}
      testId="speaker-select"
      onChange={(id) => local.chooseSpeaker(id)}
    />
  );
}

function DeviceField({ label, none, items, current, testId, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        data-testid={testId}
        value={current ?? NONE}
        onChange={(event) => onChange(event.target.value === NONE ? null : event.target.value)}
      >
        {items.map((item) => (
          <option key={item.id} value={item.id}>
            {item.label}
          </option>
        ))}
        <option value={NONE}>{none}</option>
      </select>
    </div>
  );
}

/** Choice of camera and microphone, before and during a visit. */
export function DeviceFields({ local }: { local: LocalMedia }) {
  const t = useT();
  const { devices, camera, microphone, choice } = useStore(local.state);
  const current = (
    track: MediaStreamTrack | null,
    wanted: boolean,
    chosen: string | null,
    items: readonly { id: string }[],
  ): string | null => track?.getSettings().deviceId ?? (wanted ? (chosen ?? items[0]?.id ?? null) : null);
  return (
    <div className="fields-row">
      <DeviceField
        label={t('preview.camera')}
        none={t('preview.noCamera')}
        items={devices.cameras}
        current={current(camera, choice.cameraOn, choice.cameraId, devices.cameras)}
        testId="camera-select"
        onChange={(id) => void (id ? local.chooseCamera(id) : local.setCamera(false))}
      />
      <DeviceField
        label={t('preview.microphone')}
        none={t('preview.noMicrophone')}
        items={devices.microphones}
        current={current(microphone, choice.microphoneOn, choice.microphoneId, devices.microphones)}
        testId="microphone-select"
        onChange={(id) => void (id ? local.chooseMicrophone(id) : local.setMicrophone(false))}
      />
    </div>
  );
}

function Problem({ device, problem, retry }: { device: string; problem: MediaProblem; retry(): void }) {
  const t = useT();
  return (
    <div data-problem={problem}>
      <Notice tone="warn" testId="media-problem" alert>
        <strong>{t(`problem.${problem}.title`, { device })}</strong>
        <p>{t(`problem.${problem}.advice`)}</p>
        <button type="button" className="btn btn-small" onClick={retry}>
          {t('preview.retry')}
        </button>
      </Notice>
    </div>
  );
}

/** What is wrong with camera and microphone and what to do about it; nothing when all is well. */
export function DeviceProblems({ local }: { local: LocalMedia }) {
  const t = useT();
  const { cameraProblem, microphoneProblem } = useStore(local.state);
  const both = cameraProblem !== null && cameraProblem === microphoneProblem;
  if (both) {
    const device = `${t('preview.camera')} + ${t('preview.microphone')}`;
    return <Problem device={device} problem={cameraProblem} retry={() => void local.start()} />;
  }
  return (
    <>
      {cameraProblem && <Problem device={t('preview.camera')} problem={cameraProblem} retry={() => void local.setCamera(true)} />}
      {microphoneProblem && (
        <Problem device={t('preview.microphone')} problem={microphoneProblem} retry={() => void local.setMicrophone(true)} />
      )}
    </>
  );
}
