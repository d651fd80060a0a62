import { useCallback } from 'react';
import type { PeerView } from '#rooms/protocol.ts';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { initials } from './grid.ts';
import { Icon } from './icon.tsx';
import { QualityBars } from './quality-bars.tsx';
import { VideoView } from './video-view.tsx';

/** Somebody who is heard this loud (dBov) gets the ring even before the server names the active speaker. */
const SPEAKING_DBOV = -45;

/** Whether somebody can be heard: a microphone that is sent and not muted. */
export function isMuted(peer: PeerView): boolean {
  return !peer.producers.some(({ source, paused }) => source === 'microphone' && !paused);
}

/** One of the others. */
export function Tile({ visit, peer }: { visit: Visit; peer: PeerView }) {
  const t = useT();
  const video = useStore(visit.tracks, (tracks) => tracks.find(({ peerId, source }) => peerId === peer.id && source === 'camera'));
  const level = useStore(visit.levels, (levels) => (levels[peer.id] ?? -127) > SPEAKING_DBOV);
  const active = useStore(visit.state, (state) => state.room?.activeSpeaker === peer.id);
  const ownAudioOnly = useStore(visit.state, (state) => state.audioOnly !== null);
  const consumerId = video?.consumerId;
  const watch = useCallback(
    (element: HTMLVideoElement) => (consumerId ? visit.displays.watch(element, consumerId) : () => undefined),
    [visit, consumerId],
  );
  const muted = isMuted(peer);
  const speaking = !muted && (active || level);
  const shows = video && !video.paused && !peer.audioOnly && !ownAudioOnly;
  return (
    <article
      className={`tile${speaking ? ' tile-speaking' : ''}`}
      data-testid="tile"
      data-peer-id={peer.id}
      data-member-id={peer.memberId}
      data-role={peer.role}
      data-muted={muted}
      data-speaking={speaking}
      data-connected={peer.connected}
      aria-label={`${peer.name}, ${t(`roles.${peer.role}`)}`}
    >
      {shows ? (
        <VideoView track={video.track} testId="remote-video" peerId={peer.id} source="camera" label={peer.name} watch={watch} />
      ) : (
        <>
          <div className="avatar" aria-hidden="true">
            {initials(peer.name)}
          </div>
          {(peer.audioOnly || peer.cameraHeld) && <p className="tile-why">{t(peer.audioOnly ? 'room.soundOnly' : 'room.pictureHeld')}</p>}
        </>
      )}
      {!peer.connected && (
        <div className="tile-overlay" role="status" data-testid="tile-reconnecting">
          <span className="spinner" aria-hidden="true" />
          {t('room.reconnecting')}
        </div>
      )}
      <footer className="plate">
        {muted && peer.role !== 'observer' && (
          <span className="plate-icon plate-muted" role="img" aria-label={t('room.muted')} title={t('room.muted')}>
            <Icon name="micOff" size={18} />
          </span>
        )}
        <span className="plate-name">{peer.name}</span>
        <span className="plate-role">{t(`roles.${peer.role}`)}</span>
        <QualityBars quality={peer.quality} label={(up, down) => t('quality.title', { name: peer.name, up, down })} testId="quality" />
      </footer>
      {peer.handRaisedAt !== null && (
        <span className="hand" role="img" aria-label={t('room.handUp')} title={t('room.handUp')} data-testid="hand">
          <Icon name="hand" size={22} />
        </span>
      )}
    </article>
  );
}
