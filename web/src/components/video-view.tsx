import { useEffect, useRef, type RefObject } from 'react';

interface VideoViewProps {
  track: MediaStreamTrack;
  mirrored?: boolean;
  /** Show all of it instead of filling the frame. */
  whole?: boolean;
  testId: string;
  peerId?: string;
  source?: string;
  label: string;
  /** Told with the element while it shows the track, for the report of its size. */
  watch?: (element: HTMLVideoElement) => () => void;
}

/** Shows one video track. Sound never comes from here. */
export function VideoView({ track, mirrored = false, whole = false, testId, peerId, source, label, watch }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  useTrack(ref, track);
  useEffect(() => (ref.current && watch ? watch(ref.current) : undefined), [watch, track]);
  return (
    <video
      ref={ref}
      className={`video${mirrored ? ' video-mirrored' : ''}${whole ? ' video-whole' : ''}`}
      data-testid={testId}
      data-peer-id={peerId}
      data-source={source}
      aria-label={label}
      muted
      playsInline
      autoPlay
    />
  );
}

function useTrack(ref: RefObject<HTMLVideoElement | null>, track: MediaStreamTrack): void {
  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    // Muted video may always play; the play is only interrupted when the track is replaced at the same moment.
    video.play().catch((error: unknown) => console.debug('play', error));
    return () => {
      video.srcObject = null;
    };
  }, [ref, track]);
}
