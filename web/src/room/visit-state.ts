/** State of a visit as the page sees it, and how notifications change it. Pure. */
import { PASSING } from '../net/request.ts';
import type { CloseReason, InLobby, InRoom, LobbyView, Notification, NotificationName, PeerView, RoomView } from '#rooms/protocol.ts';

export type Self = InRoom['self'];

export interface VisitState {
  phase: 'joining' | 'lobby' | 'room' | 'closed';
  /** False from the loss of the connection until the visit was joined again. */
  online: boolean;
  self: Self | null;
  room: RoomView | null;
  lobby: LobbyView | null;
  /** Why a join does not succeed at the moment, while it is tried again. */
  trouble: string | null;
  /** Set in phase `closed`: reason of the room, or the error code that refused the join. */
  closed: { reason: CloseReason } | { code: string } | null;
  /** Sound only, and who decided it. */
  audioOnly: 'hand' | 'network' | null;
  /** The own camera is on but not sent, because the upload is too slow for it. */
  cameraHeld: boolean;
}

export const initialVisit: VisitState = {
  phase: 'joining',
  online: false,
  self: null,
  room: null,
  lobby: null,
  trouble: null,
  closed: null,
  audioOnly: null,
  cameraHeld: false,
};

export function enteredRoom(state: VisitState, { self, room }: InRoom): VisitState {
  return { ...state, phase: 'room', online: true, self, room, lobby: null, trouble: null };
}

export function enteredLobby(state: VisitState, { self, lobby }: InLobby): VisitState {
  return { ...state, phase: 'lobby', online: true, self, lobby, room: null, trouble: null };
}

/** People other than oneself, in the order they came. */
export function others(state: VisitState): PeerView[] {
  return (state.room?.peers ?? []).filter((peer) => peer.id !== state.self?.peerId).sort((a, b) => a.joinedAt - b.joinedAt);
}

export function ownPeer(state: VisitState): PeerView | undefined {
  return state.room?.peers.find((peer) => peer.id === state.self?.peerId);
}

function withPeers(state: VisitState, change: (peers: PeerView[]) => PeerView[]): VisitState {
  return state.room ? { ...state, room: { ...state.room, peers: change(state.room.peers) } } : state;
}

function putPeer(peers: PeerView[], peer: PeerView): PeerView[] {
  return peers.some(({ id }) => id === peer.id) ? peers.map((known) => (known.id === peer.id ? peer : known)) : [...peers, peer];
}

type Appliers = { [N in NotificationName]?: (state: VisitState, payload: Notification<N>) => VisitState };

const appliers: Appliers = {
  'room:admitted': enteredRoom,
  'room:sent-back': enteredLobby,
  'room:closed': (state, { reason }) => ({ ...state, phase: 'closed', online: false, closed: { reason } }),
  'room:updated': (state, { locked, startedAt, attendance }) => ({
    ...state,
    room: state.room && { ...state.room, locked, startedAt, attendance },
    lobby: state.lobby && { ...state.lobby, locked, attendance },
  }),
  'lobby:updated': (state, { lobby }) => ({ ...state, room: state.room && { ...state.room, lobby } }),
  'peer:joined': (state, { peer }) => withPeers(state, (peers) => putPeer(peers, peer)),
  'peer:updated': (state, { peer }) => withPeers(state, (peers) => putPeer(peers, peer)),
  'peer:left': (state, { peerId }) => withPeers(state, (peers) => peers.filter(({ id }) => id !== peerId)),
  'recording:updated': (state, { recording }) => ({ ...state, room: state.room && { ...state.room, recording } }),
  'recording:ended': (state, { recordingId }) =>
    state.room?.recording?.id === recordingId ? { ...state, room: { ...state.room, recording: null } } : state,
  'speaker:changed': (state, { peerId }) => ({ ...state, room: state.room && { ...state.room, activeSpeaker: peerId } }),
  'quality:changed': (state, { peerId, up, down }) =>
    withPeers(state, (peers) => peers.map((peer) => (peer.id === peerId ? { ...peer, quality: { up, down } } : peer))),
};

/** The state after a notification; the same object when the notification is about media or chat. */
export function applyNotification<N extends NotificationName>(state: VisitState, name: N, payload: Notification<N>): VisitState {
  const apply = appliers[name] as ((state: VisitState, payload: Notification<N>) => VisitState) | undefined;
  return apply ? apply(state, payload) : state;
}

/** What becomes of a refused join: tried again, or told as the end. */
export function joinVerdict(code: string): 'retry' | 'final' {
  return RETRY.has(code) ? 'retry' : 'final';
}

const RETRY = new Set([...PASSING, 'disconnected', 'media_full', 'media_unavailable', 'internal']);
