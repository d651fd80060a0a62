import { roomErrors } from '#rooms/errors.ts';
import type { InRoom, PeerView } from '#rooms/protocol.ts';
import { applyNotification, enteredRoom, initialVisit, joinVerdict, others, ownPeer } from '../../web/src/room/visit-state.ts';

function peer(id: string, joinedAt: number): PeerView {
  return {
    ...{ id, memberId: `m-${id}`, name: id, role: 'patient', connected: true, handRaisedAt: null, audioOnly: false, cameraHeld: false },
    ...{ quality: { up: 4, down: 4 }, producers: [], joinedAt },
  } as PeerView;
}

const answer: InRoom = {
  phase: 'room',
  self: { peerId: 'me', memberId: 'm-me', name: 'me', role: 'practitioner' },
  room: {
    consultationId: 'v',
    title: 'T',
    scheduledStart: '2026-01-01T00:00:00Z',
    scheduledEnd: '2026-01-01T00:15:00Z',
    startedAt: null,
    locked: false,
    attendance: { practitioner: 'present', patient: 'expected' },
    peers: [peer('me', 1)],
    lobby: [],
    activeSpeaker: null,
    recording: null,
  },
  media: null,
  chat: { messages: [], latestSeq: 0 },
};
const inside = enteredRoom(initialVisit, answer);

describe('applyNotification()', () => {
  test('a recording is shown until that one has ended', () => {
    const askedBy = { memberId: 'm-me', name: 'me' };
    const recording = {
      id: 'r',
      state: 'recording',
      askedBy,
      askedAt: 1,
      startedAt: 2,
      own: 'consented',
      missing: [],
      fault: null,
    } as const;
    const recorded = applyNotification(inside, 'recording:updated', { recording: { ...recording, missing: [] } });
    expect(recorded.room?.recording?.state).toBe('recording');
    expect(applyNotification(recorded, 'recording:ended', { recordingId: 'earlier', reason: 'stopped' })).toBe(recorded);
    expect(applyNotification(recorded, 'recording:ended', { recordingId: 'r', reason: 'withdrawn' }).room?.recording).toBeNull();
  });

  test('peer:joined twice shows one person', () => {
    const once = applyNotification(inside, 'peer:joined', { peer: peer('a', 2) });
    const twice = applyNotification(once, 'peer:joined', { peer: peer('a', 2) });
    expect(others(twice).map(({ id }) => id)).toEqual(['a']);
  });

  test('peer:left takes the person away', () => {
    const joined = applyNotification(inside, 'peer:joined', { peer: peer('a', 2) });
    expect(others(applyNotification(joined, 'peer:left', { peerId: 'a', reason: 'left' }))).toEqual([]);
  });

  test('quality:changed touches one person only', () => {
    const joined = applyNotification(inside, 'peer:joined', { peer: peer('a', 2) });
    const state = applyNotification(joined, 'quality:changed', { peerId: 'a', up: 1, down: 2 });
    expect(others(state)[0]?.quality).toEqual({ up: 1, down: 2 });
    expect(ownPeer(state)?.quality).toEqual({ up: 4, down: 4 });
  });

  test('room:closed ends the visit with its reason', () => {
    expect(applyNotification(inside, 'room:closed', { reason: 'kicked' })).toMatchObject({ phase: 'closed', closed: { reason: 'kicked' } });
  });

  test('a media notification leaves the state as it is', () => {
    expect(applyNotification(inside, 'consumer:closed', { consumerId: 'c' })).toBe(inside);
  });
});

describe('others()', () => {
  test('lists people in the order they came, without oneself', () => {
    const state = [peer('late', 9), peer('early', 2)].reduce(
      (current, next) => applyNotification(current, 'peer:joined', { peer: next }),
      inside,
    );
    expect(others(state).map(({ id }) => id)).toEqual(['early', 'late']);
  });
});

describe('joinVerdict()', () => {
  test('tries again only what can change by itself', () => {
    const final = Object.keys(roomErrors).filter((code) => joinVerdict(code) === 'final');
    expect(final).toEqual(expect.arrayContaining(['removed', 'visit_ended', 'forbidden', 'not_found', 'second_device', 'room_full']));
    for (const code of ['media_unavailable', 'room_busy', 'deadline', 'shutting_down', 'rate_limited'])
      expect(joinVerdict(code)).toBe('retry');
  });
});
