import { type SentStats, uplinkLoss } from '../../web/src/media/uplink-loss.ts';

const layer = (id: string, packetsSent: number, fractionLost?: number): SentStats[] => [
  { id, type: 'outbound-rtp', packetsSent },
  { id: `remote-${id}`, type: 'remote-inbound-rtp', localId: id, ...(fractionLost === undefined ? {} : { fractionLost }) },
];

test('look() gives the worst of what goes on being sent, and leaves out what has stopped', () => {
  const loss = uplinkLoss();
  expect(loss.look([...layer('sound', 100, 0), ...layer('large', 500, 0.6)])).toBeNull();
  expect(loss.look([...layer('sound', 200, 0.1), ...layer('large', 600, 0.6)])).toBe(0.6);
  expect(loss.look([...layer('sound', 300, 0.1), ...layer('large', 600, 0.6)])).toBe(0.1);
});

test('look() knows nothing of a stream that is new, or of a browser without reports', () => {
  const loss = uplinkLoss();
  loss.look(layer('sound', 100));
  expect(loss.look([...layer('sound', 200), ...layer('camera', 50, 0.5)])).toBeNull();
  expect(loss.look([])).toBeNull();
});
