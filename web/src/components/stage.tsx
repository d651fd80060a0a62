import { useCallback, useEffect, useMemo, useRef, useState, type CSSProperties } from 'react';
import type { PeerView } from '#rooms/protocol.ts';
import { useT } from '../i18n/index.ts';
import type { RemoteTrack } from '../media/receiver.ts';
import type { Visit } from '../room/visit.ts';
import { others } from '../room/visit-state.ts';
import { useStore } from '../use-store.ts';
import { gridColumns } from './grid.ts';
import { OwnTile } from './own-tile.tsx';
import { Tile } from './tile.tsx';
import { VideoView } from './video-view.tsx';

function useColumns(count: number) {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 16, height: 9 });
  useEffect(() => {
    const area = ref.current;
    if (!area) return;
    const observer = new ResizeObserver(() => setSize({ width: area.clientWidth, height: area.clientHeight }));
    observer.observe(area);
    return () => observer.disconnect();
  }, []);
  return { ref, columns: gridColumns(Math.max(1, count), size.width, size.height) };
}

function Screen({ visit, track, name }: { visit: Visit; track: RemoteTrack; name: string }) {
  const t = useT();
  const { consumerId } = track;
  const watch = useCallback((element: HTMLVideoElement) => visit.displays.watch(element, consumerId), [visit, consumerId]);
  return (
    <figure className="screen" data-testid="screen-share">
      <VideoView
        track={track.track}
        whole
        testId="remote-video"
        peerId={track.peerId}
        source="screen"
        label={t('room.screenOf', { name })}
        watch={watch}
      />
      <figcaption>{t('room.screenOf', { name })}</figcaption>
    </figure>
  );
}

function Alone() {
  const t = useT();
  return (
    <div className="alone">
      <p>{t('room.alone')}</p>
      <p className="hint">{t('room.aloneText')}</p>
    </div>
  );
}

/** The others as a grid; with a shared screen that one large and the people in a strip beside it. */
export function Stage({ visit }: { visit: Visit }) {
  const state = useStore(visit.state);
  const tracks = useStore(visit.tracks);
  const people = useMemo(() => others(state), [state]);
  const screen = tracks.find(({ source, paused }) => source === 'screen' && !paused);
  const { ref, columns } = useColumns(people.length);
  const nameOf = (peerId: string): string => people.find((peer: PeerView) => peer.id === peerId)?.name ?? '';
  const style = { '--columns': columns } as CSSProperties;
  return (
    <div className={`stage${screen ? ' stage-screen' : ''}`} data-testid="stage">
      {screen && <Screen visit={visit} track={screen} name={nameOf(screen.peerId)} />}
      <div ref={ref} className={screen ? 'strip' : 'grid'} style={style}>
        {people.map((peer) => (
          <Tile key={peer.id} visit={visit} peer={peer} />
        ))}
        {people.length === 0 && state.phase === 'room' && <Alone />}
      </div>
      {state.self?.role !== 'observer' && <OwnTile visit={visit} />}
    </div>
  );
}
