import { useEffect, useState } from 'react';
import { ChatPanel } from '../components/chat-panel.tsx';
import { ConnectionBanner } from '../components/connection-banner.tsx';
import { Controls } from '../components/controls.tsx';
import { FilePanel } from '../components/file-panel.tsx';
import { InviteDialog } from '../components/invite-dialog.tsx';
import { Knocks } from '../components/knocks.tsx';
import { LeaveDialog } from '../components/leave-dialog.tsx';
import { PeoplePanel } from '../components/people-panel.tsx';
import { RecordingDialog, useRecording } from '../components/recording.tsx';
import { RemoteSound } from '../components/remote-sound.tsx';
import { AudioOnlyBar, SharingBar } from '../components/room-bars.tsx';
import { RoomHeader } from '../components/room-header.tsx';
import { SettingsDialog } from '../components/settings-dialog.tsx';
import { Stage } from '../components/stage.tsx';
import { Toasts } from '../components/toasts.tsx';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import '../styles/room.css';

export type Panel = 'chat' | 'people' | 'file';
export type RoomDialog = 'leave' | 'settings' | 'invite' | 'recording';

/** The room itself. */
export function Room({ visit }: { visit: Visit }) {
  const t = useT();
  const [panel, setPanel] = useState<Panel | null>(null);
  const [dialog, setDialog] = useState<RoomDialog | null>(null);
  const phase = useStore(visit.state, (state) => state.phase);
  const trouble = useStore(visit.state, (state) => state.trouble);
  const [fileWanted, setFileWanted] = useState(false);
  useEffect(() => {
    if (panel === 'file') setFileWanted(true);
  }, [panel]);
  const recording = useRecording(visit);
  const asked = recording?.own === 'waiting' ? recording.id : null;
  useEffect(() => {
    if (asked !== null) setDialog('recording');
  }, [asked]);
  const close = (): void => setDialog(null);
  const toggle = (name: Panel): void => setPanel((current) => (current === name ? null : name));

  return (
    <div className="room" data-testid="room" data-phase={phase} data-trouble={trouble ?? undefined}>
      <RoomHeader visit={visit} onRecording={() => setDialog('recording')} />
      <ConnectionBanner visit={visit} />
      <AudioOnlyBar visit={visit} />
      <SharingBar visit={visit} />
      <main className="room-main" tabIndex={-1} aria-label={t('room.participants')}>
        <Stage visit={visit} />
        <Toasts />
        <Knocks visit={visit} onOpen={() => setPanel('people')} />
        {fileWanted && <FilePanel visit={visit} hidden={panel !== 'file'} onClose={() => setPanel(null)} />}
        {panel === 'chat' && <ChatPanel visit={visit} onClose={() => setPanel(null)} />}
        {panel === 'people' && <PeoplePanel visit={visit} onClose={() => setPanel(null)} onInvite={() => setDialog('invite')} />}
      </main>
      <Controls visit={visit} panel={panel} onPanel={toggle} onDialog={setDialog} />
      <RemoteSound visit={visit} />
      {dialog === 'leave' && <LeaveDialog visit={visit} onClose={close} />}
      {dialog === 'settings' && <SettingsDialog visit={visit} onClose={close} onRecording={() => setDialog('recording')} />}
      {dialog === 'recording' && <RecordingDialog visit={visit} onClose={close} />}
      {dialog === 'invite' && <InviteDialog visitId={visit.id} onClose={close} />}
    </div>
  );
}
