import { useState } from 'react';
import type { LobbyEntry, PeerView } from '#rooms/protocol.ts';
import { useT } from '../i18n/index.ts';
import type { Visit } from '../room/visit.ts';
import { useStore } from '../use-store.ts';
import { Dialog } from './dialog.tsx';
import { initials } from './grid.ts';
import { Icon, type IconName } from './icon.tsx';
import { useQualityWord } from './quality-bars.tsx';
import { SidePanel } from './side-panel.tsx';
import { isMuted } from './tile.tsx';

function Tool({
  icon,
  text,
  testId,
  onClick,
  danger = false,
}: {
  icon: IconName;
  text: string;
  testId: string;
  onClick(): void;
  danger?: boolean;
}) {
  return (
    <button type="button" className={`tool${danger ? ' tool-danger' : ''}`} data-testid={testId} onClick={onClick}>
      <Icon name={icon} size={18} /> {text}
    </button>
  );
}

function Tools({ visit, peer, onKick }: { visit: Visit; peer: PeerView; onKick(): void }) {
  const t = useT();
  const peerId = peer.id;
  const camera = peer.producers.some(({ source, paused }) => source === 'camera' && !paused);
  return (
    <div className="tools" role="group" aria-label={t('people.tools', { name: peer.name })}>
      {!isMuted(peer) && (
        <Tool
          icon="micOff"
          text={t('people.muteSound')}
          testId="peer-mute"
          onClick={() => void visit.command('peer:mute', { peerId, source: 'microphone' })}
        />
      )}
      {camera && (
        <Tool
          icon="cameraOff"
          text={t('people.muteVideo')}
          testId="peer-camera-off"
          onClick={() => void visit.command('peer:mute', { peerId, source: 'camera' })}
        />
      )}
      {peer.handRaisedAt !== null && (
        <Tool
          icon="hand"
          text={t('people.lowerHand')}
          testId="peer-lower-hand"
          onClick={() => void visit.command('hand:lower', { peerId })}
        />
      )}
      <Tool
        icon="back"
        text={t('people.sendBack')}
        testId="peer-send-back"
        onClick={() => void visit.command('peer:send-back', { peerId })}
      />
      <Tool icon="remove" text={t('people.kick')} testId="peer-kick" danger onClick={onKick} />
    </div>
  );
}

function PersonRow({ visit, peer, self, leads, onKick }: { visit: Visit; peer: PeerView; self: boolean; leads: boolean; onKick(): void }) {
  const t = useT();
  const word = useQualityWord();
  return (
    <li className="person" data-testid="person" data-peer-id={peer.id}>
      <span className="avatar avatar-tiny" aria-hidden="true">
        {initials(peer.name)}
      </span>
      <div className="person-text">
        <strong>
          {peer.name} {self && `(${t('room.you')})`}
        </strong>
        <small>
          {t(`roles.${peer.role}`)}
          {!peer.connected && ` · ${t('people.disconnected')}`}
          {peer.audioOnly && ` · ${t('room.soundOnly')}`}
          {peer.cameraHeld && ` · ${t('room.pictureHeld')}`}
        </small>
        <small>
          {t('quality.up')} {word(peer.quality.up)} · {t('quality.down')} {word(peer.quality.down)}
        </small>
      </div>
      <span className="person-marks">
        {peer.handRaisedAt !== null && <Icon name="hand" size={20} />}
        {peer.role !== 'observer' && <Icon name={isMuted(peer) ? 'micOff' : 'mic'} size={20} />}
      </span>
      {leads && !self && <Tools visit={visit} peer={peer} onKick={onKick} />}
    </li>
  );
}

function Waiting({ visit, lobby }: { visit: Visit; lobby: readonly LobbyEntry[] }) {
  const t = useT();
  return (
    <section>
      <div className="row">
        <h3>{t('people.waiting')}</h3>
        {lobby.length > 1 && (
          <button type="button" className="btn btn-small" data-testid="admit-all" onClick={() => void visit.command('lobby:admit-all', {})}>
            {t('people.admitAll')}
          </button>
        )}
      </div>
      {lobby.length === 0 && <p className="hint">{t('people.nobody')}</p>}
      <ul className="plain-list">
        {lobby.map((entry) => (
          <li key={entry.id} className="person" data-testid="lobby-entry" data-peer-id={entry.id}>
            <span className="avatar avatar-tiny" aria-hidden="true">
              {initials(entry.name)}
            </span>
            <div className="person-text">
              <strong>{entry.name}</strong>
              <small>
                {t(`roles.${entry.role}`)}
                {!entry.connected && ` · ${t('people.disconnected')}`}
              </small>
            </div>
            <div className="tools">
              <button
                type="button"
                className="btn btn-primary btn-small"
                data-testid="admit"
                onClick={() => void visit.command('lobby:admit', { peerId: entry.id })}
              >
                {t('people.admit')}
              </button>
              <button
                type="button"
                className="btn btn-small"
                data-testid="decline"
                onClick={() => void visit.command('lobby:decline', { peerId: entry.id })}
              >
                {t('people.decline')}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function KickDialog({ visit, peer, onClose }: { visit: Visit; peer: PeerView; onClose(): void }) {
  const t = useT();
  return (
    <Dialog title={t('people.kickTitle', { name: peer.name })} onClose={onClose} testId="kick-dialog">
      <p>{t('people.kickText', { name: peer.name })}</p>
      <div className="actions">
        <button
          type="button"
          className="btn btn-danger"
          data-testid="kick-confirm"
          onClick={() => void visit.command('peer:kick', { peerId: peer.id }).then(onClose)}
        >
          {t('people.kick')}
        </button>
        <button type="button" className="btn" autoFocus onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </Dialog>
  );
}

/** Everybody in the room, and the tools of the one who leads the visit. */
export function PeoplePanel({ visit, onClose, onInvite }: { visit: Visit; onClose(): void; onInvite(): void }) {
  const t = useT();
  const { room, self } = useStore(visit.state);
  const [kicking, setKicking] = useState<PeerView | null>(null);
  const leads = self?.role === 'practitioner';
  if (!room) return null;
  return (
    <SidePanel title={t('people.title')} testId="people-panel" onClose={onClose}>
      <div className="people">
        {leads && (
          <div className="actions">
            <button type="button" className="btn btn-small" data-testid="invite-button" onClick={onInvite}>
              <Icon name="invite" size={18} /> {t('home.invite')}
            </button>
            <button
              type="button"
              className="btn btn-small"
              aria-pressed={room.locked}
              title={t('people.lockHint')}
              data-testid="lock-button"
              onClick={() => void visit.command('room:lock', { locked: !room.locked })}
            >
              <Icon name={room.locked ? 'unlock' : 'lock'} size={18} /> {t(room.locked ? 'people.unlock' : 'people.lock')}
            </button>
          </div>
        )}
        {leads && <Waiting visit={visit} lobby={room.lobby} />}
        <section>
          <h3>
            {t('people.inRoom')} ({room.peers.length})
          </h3>
          <ul className="plain-list">
            {room.peers.map((peer) => (
              <PersonRow
                key={peer.id}
                visit={visit}
                peer={peer}
                self={peer.id === self?.peerId}
                leads={leads}
                onKick={() => setKicking(peer)}
              />
            ))}
          </ul>
        </section>
      </div>
      {kicking && <KickDialog visit={visit} peer={kicking} onClose={() => setKicking(null)} />}
    </SidePanel>
  );
}
