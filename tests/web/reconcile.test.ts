import { reconcileConsumers, reconcileProducers } from '../../web/src/media/reconcile.ts';

describe('reconcileConsumers()', () => {
  test('creates what is missing and closes what is gone', () => {
    const result = reconcileConsumers(['a', 'b'], [{ id: 'b' }, { id: 'c' }]);
    expect(result).toEqual({ gone: ['a'], missing: [{ id: 'c' }] });
  });

  test('leaves an equal state alone', () => {
    expect(reconcileConsumers(['a'], [{ id: 'a' }])).toEqual({ gone: [], missing: [] });
  });
});

describe('reconcileProducers()', () => {
  const own = new Map([
    ['microphone', { id: 'm', paused: false }],
    ['camera', { id: 'c', paused: false }],
  ]);

  test('names sources that the server no longer has', () => {
    expect(reconcileProducers(own, [{ id: 'm', paused: false }])).toEqual({ lost: ['camera'], unknown: [], flipped: [] });
  });

  test('names producers whose creation was never acknowledged', () => {
    const server = [...own.values(), { id: 'x', paused: false }];
    expect(reconcileProducers(own, server).unknown).toEqual(['x']);
  });

  test('names sources that were muted while the page was away', () => {
    const server = [
      { id: 'm', paused: true },
      { id: 'c', paused: false },
    ];
    expect(reconcileProducers(own, server)).toEqual({ lost: [], unknown: [], flipped: ['microphone'] });
  });
});
