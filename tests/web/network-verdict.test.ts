import { networkVerdict, rateVerdict, type NetworkReport } from '../../web/src/media/network-verdict.ts';

const fine: NetworkReport = { udp: 'works', tcp: 'works', relay: 'absent', downKbps: 20_000, upKbps: 5_000 };

describe('networkVerdict()', () => {
  test.each([
    ['excellent', {}],
    ['good', { upKbps: null }],
    ['reduced', { udp: 'blocked' }],
    ['reduced', { upKbps: 900 }],
    ['sound', { upKbps: 300 }],
    ['sound', { udp: 'blocked', downKbps: 100 }],
    ['reduced', { udp: 'blocked', tcp: 'blocked', relay: 'works' }],
    ['none', { udp: 'blocked', tcp: 'blocked' }],
    ['none', { udp: 'failed', tcp: 'blocked', relay: 'blocked' }],
  ] as const)('says %s for %j', (verdict, change) => {
    expect(networkVerdict({ ...fine, ...change })).toBe(verdict);
  });
});

describe('rateVerdict()', () => {
  test.each([
    [null, 'unknown'],
    [50, 'poor'],
    [200, 'sound'],
    [600, 'small'],
    [1_800, 'video'],
  ] as const)('reads %s kbit/s as %s', (kbps, verdict) => {
    expect(rateVerdict(kbps)).toBe(verdict);
  });
});
