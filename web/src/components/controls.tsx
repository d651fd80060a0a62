import { useT } from '../i18n/index.ts';
import { toast } from '../room/toasts.ts';
import { unreadCount } from '../room/chat-log.ts';
import type { Visit } from '../room/visit.ts';
import { ownPeer } from '../room/visit-state.ts';
import type { Panel, RoomDialog } from '../screens/room-screen.tsx';
import { isGuest } from '../session.ts';
import { useStore } from '../use-store.ts';
import { Icon, type IconName } from './icon.tsx';

interface ControlProps {
  icon: IconName;
  text: string;
  testId: string;
  onClick(): void;
  /** For what can be switched: whether it is on now. */
  pressed?: boolean;
  expanded?: boolean;
  tone?: 'off' | 'on' | 'danger';
  badge?: number;
  /** Not on phones; the same is in the "more" dialog. */
  wideOnly?: boolean;
  /** Read instead of the text. */
  label?: string;
}

function Control({ icon, text, testId, onClick, pressed, expanded, tone, badge = 0, wideOnly = false, label }: ControlProps) {
  return (
    <button
      type="button"
      className={`control${tone ? ` control-${tone}` : ''}${wideOnly ? ' wide-only' : ''}`}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-label={label ?? text}
      title={text}
      data-testid={testId}
      onClick={onClick}
    >
      <span className="control-icon">
        <Icon name={icon} size={24} />
        {badge > 0 && (
          <span className="badge" data-testid={`${testId}-badge`}>
            {badge > 99 ? '99+' : badge}
          </span>
        )}
      </span>
      <span className="control-text">{text}</span>
    </button>
  );
}

/** Starts or stops sharing the screen; a refusal by the browser is told. */
export async function toggleScreen({ local }: Visit): Promise<void> {
  if (local.state.get().screen) local.stopScreen();
  else if (!(await local.shareScreen())) toast('shareFailed');
}

/** Whether this browser can share a screen at all; phones cannot. */
export const canShare = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

function SendControls({ visit }: { visit: Visit }) {
  const t = useT();
  const { camera, microphone, screen, choice } = useStore(visit.local.state);
  const audioOnly = useStore(visit.state, (state) => state.audioOnly !== null);
  const muted = choice.muted || !microphone;
  const held = useStore(visit.state, (state) => state.cameraHeld);
  const seen = Boolean(camera) && !audioOnly && !held;
  function toggleCamera(): void {
    if (audioOnly) visit.setAudioOnly(false);
    else if (held) visit.sendCamera();
    void visit.local.setCamera(!seen);
  }
  return (
    <>
      <Control
        icon={muted ? 'micOff' : 'mic'}
        text={t(muted ? 'room.unmute' : 'room.mute')}
        testId="mute-button"
        pressed={muted}
        {...(muted ? { tone: 'off' as const } : {})}
        onClick={() => void visit.local.setMuted(!muted)}
      />
      <Control
        icon={seen ? 'camera' : 'cameraOff'}
        text={t(seen ? 'room.cameraOff' : 'room.cameraOn')}
        testId="camera-button"
        pressed={!seen}
        {...(seen ? {} : { tone: 'off' as const })}
        onClick={toggleCamera}
      />
      {canShare() && (
        <Control
          icon="screen"
          text={t(screen ? 'room.stopShare' : 'room.share')}
          testId="share-button"
          pressed={Boolean(screen)}
          {...(screen ? { tone: 'on' as const } : {})}
          wideOnly
          onClick={() => void toggleScreen(visit)}
        />
      )}
    </>
  );
}

interface ControlsProps {
  visit: Visit;
  panel: Panel | null;
  onPanel(panel: Panel): void;
  onDialog(dialog: RoomDialog): void;
}

/** The bar at the bottom of the room. */
export function Controls({ visit, panel, onPanel, onDialog }: ControlsProps) {
  const t = useT();
  const state = useStore(visit.state);
  const log = useStore(visit.chat.log);
  const raised = ownPeer(state)?.handRaisedAt != null;
  const unread = panel === 'chat' ? 0 : unreadCount(log, state.self?.memberId ?? null);
  const waiting = state.room?.lobby.length ?? 0;
  return (
    <nav className="controls" aria-label={t('room.controls')}>
      {state.self?.role !== 'observer' && <SendControls visit={visit} />}
      <Control
        icon="hand"
        text={t(raised ? 'room.lowerHand' : 'room.raiseHand')}
        testId="hand-button"
        pressed={raised}
        {...(raised ? { tone: 'on' as const } : {})}
        wideOnly
        onClick={() => void visit.command('hand:raise', { raised: !raised })}
      />
      {state.self?.role === 'practitioner' && state.room?.recording !== undefined && (
        <Control
          icon="record"
          text={t('recording.button')}
          label={t('recording.title')}
          testId="record-button"
          {...(state.room.recording?.state === 'recording' ? { tone: 'danger' as const } : {})}
          wideOnly
          onClick={() => onDialog('recording')}
        />
      )}
      <Control
        icon="people"
        text={t('room.people')}
        {...(waiting > 0 ? { label: t('room.peopleWaiting', { count: waiting }) } : {})}
        testId="people-button"
        expanded={panel === 'people'}
        badge={waiting}
        onClick={() => onPanel('people')}
      />
      <Control
        icon="chat"
        text={t('room.chat')}
        {...(unread > 0 ? { label: t('room.chatUnread', { count: unread }) } : {})}
        testId="chat-button"
        expanded={panel === 'chat'}
        badge={unread}
        onClick={() => onPanel('chat')}
      />
      {state.self?.role === 'practitioner' && !isGuest(visit.id) && (
        <Control
          icon="file"
          text={t('room.file')}
          label={t('room.fileTitle')}
          testId="file-button"
          expanded={panel === 'file'}
          onClick={() => onPanel('file')}
        />
      )}
      <Control icon="more" text={t('room.more')} testId="more-button" onClick={() => onDialog('settings')} />
      <Control icon="leave" text={t('room.leave')} testId="leave-button" tone="danger" onClick={() => onDialog('leave')} />
    </nav>
  );
}
