import { useEffect, useRef } from 'react';
import { meterLevel } from '../media/level-meter.ts';

/** Loudness of a microphone as a bar. Written straight to the element: sixty renders a second would be felt in a call. */
export function LevelBar({ track, label, onHeard }: { track: MediaStreamTrack; label: string; onHeard?: () => void }) {
  const bar = useRef<HTMLDivElement>(null);
  const heard = useRef(onHeard);
  heard.current = onHeard;
  useEffect(
    () =>
      meterLevel(track, (level) => {
        bar.current?.style.setProperty('--level', level.toFixed(3));
        bar.current?.setAttribute('aria-valuenow', String(Math.round(level * 10)));
        if (level > 0.35) heard.current?.();
      }),
    [track],
  );
  return (
    <div
      ref={bar}
      className="level"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={10}
      aria-valuenow={0}
      data-testid="level-meter"
    />
  );
}
