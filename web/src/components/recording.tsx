import type { RecordingView } from '#rooms/protocol.ts';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Dialog } from './dialog.tsx';

/** Undefined: the server does not know of recordings. */
export const useRecording = (visit: Visit): RecordingView | null | undefined => useStore(visit.state, (state) => state.room?.recording);

/** A server of before says nothing of faults. */
const shown = ({ state, fault }: RecordingView): RecordingView['state'] | 'fault' => (fault && state === 'recording' ? 'fault' : state);

/** Says to everybody that the visit is recorded, or may be soon; opens what can be done about it. */
export function RecordingBadge({ visit, onOpen }: { visit: Visit; onOpen(): void }) {
  const t = useT();
  const recording = useRecording(visit);
  return (
    // Always there: what appears together with its text is not read out by every screen reader.
    <span role="status" className="recording-status">
      {recording && (
        <button
          type="button"
          className={`chip chip-recording chip-recording-${shown(recording)}`}
          data-testid="recording-badge"
          data-state={shown(recording)}
          onClick={onOpen}
        >
          <span className="recording-dot" aria-hidden="true" />
          {t(`recording.badge.${shown(recording)}`)}
        </button>
      )}
    </span>
  );
}

/** Asks for a recording, for the consent to it, or shows how it stands: whatever this person can do about it now. */
export function RecordingDialog({ visit, onClose }: { visit: Visit; onClose(): void }) {
  const t = useT();
  const recording = useRecording(visit);
  const leads = useStore(visit.state, (state) => state.self?.role === 'practitioner');
  if (recording) return <OpenRecording visit={visit} recording={recording} leads={leads} onClose={onClose} />;
  return (
    <Dialog title={t('recording.title')} onClose={onClose} testId="recording-dialog">
      <p>{t(leads ? 'recording.askText' : 'recording.over')}</p>
      <div className="actions">
        {leads && (
          <button
            type="button"
            className="btn btn-primary"
            data-testid="recording-ask"
            autoFocus
            onClick={() => void visit.command('recording:ask', {}).then((done) => done && onClose())}
          >
            {t('recording.ask')}
          </button>
        )}
        <button type="button" className="btn" onClick={onClose}>
          {t('app.close')}
        </button>
      </div>
    </Dialog>
  );
}

interface OpenProps {
  visit: Visit;
  recording: RecordingView;
  leads: boolean;
  onClose(): void;
}

function OpenRecording({ visit, recording, leads, onClose }: OpenProps) {
  const t = useT();
  const { id: recordingId, state, own, missing, askedBy, fault } = recording;
  const say = (consent: boolean) => void visit.command('recording:consent', { recordingId, consent }).then((done) => done && onClose());
  const end = (name: 'recording:withdraw' | 'recording:stop') =>
    void visit.command(name, { recordingId }).then((done) => done && onClose());
  const asked = own === 'waiting';
  return (
    <Dialog title={t(asked ? 'recording.consentTitle' : 'recording.title')} onClose={onClose} testId="recording-dialog">
      {asked ? <p>{t('recording.consentText', { name: askedBy.name })}</p> : <p>{t(`recording.state.${state}`)}</p>}
      {fault && <p data-testid="recording-fault">{t('recording.fault')}</p>}
      {own === 'refused' && <p>{t('recording.refused')}</p>}
      {missing.length > 0 && (
        <>
          <h3>{t('recording.missing')}</h3>
          <ul className="recording-missing" data-testid="recording-missing">
            {missing.map(({ memberId, name, reason }) => (
              <li key={memberId}>{t(`recording.reason.${reason}`, { name })}</li>
            ))}
          </ul>
        </>
      )}
      <div className="actions">
        {own !== 'consented' && (
          <button type="button" className="btn btn-primary" data-testid="recording-consent" onClick={() => say(true)}>
            {t('recording.consent')}
          </button>
        )}
        {asked && (
          <button type="button" className="btn" data-testid="recording-refuse" onClick={() => say(false)}>
            {t('recording.refuse')}
          </button>
        )}
        {own === 'consented' && !leads && (
          <button type="button" className="btn btn-danger" data-testid="recording-withdraw" onClick={() => end('recording:withdraw')}>
            {t('recording.withdraw')}
          </button>
        )}
        {leads && (
          <button type="button" className="btn btn-danger" data-testid="recording-stop" onClick={() => end('recording:stop')}>
            {t(state === 'asked' ? 'recording.takeBack' : 'recording.stop')}
          </button>
        )}
      </div>
    </Dialog>
  );
}
