import { useEffect, useState } from 'react';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Icon } from './icon.tsx';
import { QualityBars } from './quality-bars.tsx';
import { RecordingBadge } from './recording.tsx';

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  return [...(seconds >= 3_600 ? [Math.floor(seconds / 3_600)] : []), ...parts].join(':');
}

function Duration({ startedAt }: { startedAt: number }) {
  const t = useT();
  const now = useNow();
  return (
    <span className="room-clock" role="timer" aria-label={t('room.duration')}>
      {clock(now - startedAt)}
    </span>
  );
}

/** Title, time, whether the other side is here, own connection. */
export function RoomHeader({ visit, onRecording }: { visit: Visit; onRecording(): void }) {
  const t = useT();
  const { room, self } = useStore(visit.state);
  const own = room?.peers.find((peer) => peer.id === self?.peerId);
  const sides = room && self ? attendanceOf(self.role) : [];
  return (
    <header className="room-head">
      <h1>{room?.title ?? t('app.name')}</h1>
      {room?.startedAt != null && <Duration startedAt={room.startedAt} />}
      {room?.locked && (
        <span className="chip chip-dark" data-testid="room-locked">
          <Icon name="lock" size={16} /> {t('room.locked')}
        </span>
      )}
      <RecordingBadge visit={visit} onOpen={onRecording} />
      <div className="room-head-end">
        {room &&
          sides
            .filter((side) => room.attendance[side] !== 'present')
            .map((side) => (
              <span key={side} className={`chip chip-dark chip-${room.attendance[side]}`} data-testid={`attendance-${side}`}>
                {t(`attendance.${side}.${room.attendance[side]}`)}
              </span>
            ))}
        {own && <QualityBars quality={own.quality} label={(up, down) => t('quality.own', { up, down })} testId="own-quality" />}
      </div>
    </header>
  );
}

/** Whose attendance somebody is told: never their own. */
function attendanceOf(role: 'practitioner' | 'patient' | 'guest' | 'observer'): ('practitioner' | 'patient')[] {
  if (role === 'practitioner') return ['patient'];
  return role === 'patient' ? ['practitioner'] : ['practitioner', 'patient'];
}
