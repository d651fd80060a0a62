import { jest } from '@jest/globals';
import { captureMoment } from '../../web/src/room/capture-start.ts';
import { initialVisit, type VisitState } from '../../web/src/room/visit-state.ts';
import { createStore } from '../../web/src/store.ts';

type Peer = NonNullable<VisitState['room']>['peers'][number];

const peer = (id: string, kinds: ('audio' | 'video')[]): Peer => ({
  id,
  memberId: `m-${id}`,
  name: id,
  role: 'patient',
  connected: true,
  handRaisedAt: null,
  audioOnly: false,
  cameraHeld: false,
  quality: { up: 0, down: 0 },
  producers: kinds.map((kind) => ({ id: `${id}-${kind}`, kind, source: kind === 'video' ? 'camera' : 'microphone', paused: false })),
  joinedAt: 0,
});

const inside = (peers: Peer[]): VisitState => ({
  ...initialVisit,
  phase: 'room',
  self: { peerId: 'me', memberId: 'm-me', name: 'me', role: 'practitioner' },
  room: { peers } as unknown as NonNullable<VisitState['room']>,
});

describe('captureMoment()', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function waiting() {
    const state = createStore<VisitState>(initialVisit);
    const shown = createStore(false);
    const begun = jest.fn();
    void captureMoment({ state, displays: { shown } as never }).then(begun);
    return { state, shown, begun };
  }

  test('comes at once in the lobby', async () => {
    const { state, begun } = waiting();
    state.set({ ...initialVisit, phase: 'lobby' });
    await jest.advanceTimersByTimeAsync(0);
    expect(begun).toHaveBeenCalled();
  });

  test('comes at once where nobody sends video', async () => {
    const { state, begun } = waiting();
    state.set(inside([peer('other', ['audio'])]));
    await jest.advanceTimersByTimeAsync(0);
    expect(begun).toHaveBeenCalled();
  });

  test('waits for the first picture of the others', async () => {
    const { state, shown, begun } = waiting();
    state.set(inside([peer('other', ['audio', 'video'])]));
    await jest.advanceTimersByTimeAsync(100);
    expect(begun).not.toHaveBeenCalled();
    shown.set(true);
    await jest.advanceTimersByTimeAsync(0);
    expect(begun).toHaveBeenCalled();
  });

  test('does not wait for ever, neither for a picture nor for the room', async () => {
    const first = waiting();
    first.state.set(inside([peer('other', ['video'])]));
    const second = waiting();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(first.begun).toHaveBeenCalled();
    expect(second.begun).toHaveBeenCalled();
  });
});
