import { useEffect, useMemo, useRef, useState } from 'react';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Icon } from './icon.tsx';

interface SoundProps {
  track: MediaStreamTrack;
  peerId: string;
  /** Null: what the system uses. */
  speakerId: string | null;
  unlocked: number;
  onBlocked(): void;
}

function Sound({ track, peerId, speakerId, unlocked, onBlocked }: SoundProps) {
  const ref = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    return () => {
      audio.srcObject = null;
    };
  }, [track]);
  useEffect(() => {
    const audio = ref.current;
    if (!audio || !('setSinkId' in audio) || audio.sinkId === (speakerId ?? '')) return;
    // A speaker that is unplugged today: the system's goes on playing.
    audio.setSinkId(speakerId ?? '').catch((error: unknown) => console.warn('speaker', error));
  }, [speakerId]);
  useEffect(() => {
    ref.current?.play().catch((error: DOMException) => {
      if (error.name === 'NotAllowedError') onBlocked();
    });
    // `unlocked` counts the clicks on "turn sound on".
  }, [track, unlocked, onBlocked]);
  return <audio ref={ref} autoPlay data-testid="remote-audio" data-peer-id={peerId} />;
}

/** Plays everybody's sound; where the browser wants a click first, asks for one. */
export function RemoteSound({ visit }: { visit: Visit }) {
  const t = useT();
  const tracks = useStore(visit.tracks);
  const speakerId = useStore(visit.local.state, ({ choice }) => choice.speakerId);
  const sounds = useMemo(() => tracks.filter(({ track }) => track.kind === 'audio'), [tracks]);
  const [blocked, setBlocked] = useState(false);
  const [unlocked, setUnlocked] = useState(0);
  const onBlocked = useMemo(() => () => setBlocked(true), []);
  return (
    <>
      {sounds.map(({ consumerId, peerId, track }) => (
        <Sound key={consumerId} track={track} peerId={peerId} speakerId={speakerId} unlocked={unlocked} onBlocked={onBlocked} />
      ))}
      {blocked && (
        <div className="unlock" role="alert">
          <button
            type="button"
            className="btn btn-primary"
            data-testid="enable-sound"
            onClick={() => {
              setBlocked(false);
              setUnlocked((count) => count + 1);
            }}
          >
            <Icon name="sound" size={20} /> {t('room.enableSound')}
          </button>
          <p>{t('room.enableSoundText')}</p>
        </div>
      )}
    </>
  );
}
