import { jest } from '@jest/globals';
import { FLOOD_LOOKS, floodWatch } from '#sfu/flood.ts';
import { createRtcClient } from '../support/rtc-client.ts';
import { until } from '../support/wait.ts';
import { listen, startMedia } from './support.ts';

jest.setTimeout(60_000);

describe('floodWatch()', () => {
  test('says so after several looks in a row above the cap', () => {
    const watch = floodWatch(1_000);
    const said = Array.from({ length: FLOOD_LOOKS }, () => watch.exceeds(1_200));
    expect(said).toEqual([...Array(FLOOD_LOOKS - 1).fill(false), true]);
  });

  test('forgets when there is a pause, and tolerates a little', () => {
    const watch = floodWatch(1_000);
    for (let round = 0; round < 5; round++) {
      for (let look = 1; look < FLOOD_LOOKS; look++) expect(watch.exceeds(5_000)).toBe(false);
      expect(watch.exceeds(1_050)).toBe(false);
    }
  });
});

test('a sender that does not care about the cap loses its media, whoever keeps to it does not', async () => {
  // The client sends 400 kbit/s of video, or 50 of sound, whatever it is told.
  const media = await startMedia({ MEDIA_MAX_INCOMING_BITRATE: '150000' });
  const room = await media.server.openRoom('visit');
  const flooded = listen(room, 'peerFlooded');
  const join = async (peerId: string) => {
    const client = await createRtcClient(media.server.routerRtpCapabilities);
    const peer = await room.addPeer({ peerId, rtpCapabilities: client.rtpCapabilities, canSend: true, audioOnly: false });
    const udp = (transport: typeof peer.recv) => ({
      ...transport,
      iceCandidates: transport.iceCandidates.filter(({ protocol }) => protocol === 'udp'),
    });
    client.open({ send: udp(peer.send!), recv: udp(peer.recv) }, peer);
    return { client, peer };
  };
  const [hostile, decent] = [await join('hostile'), await join('decent')];
  await decent.client.publish('microphone');
  await hostile.client.publish('camera');
  await until('the end of the flood', () => flooded.length === 1, 20_000);
  expect(flooded[0]).toEqual({ peerId: 'hostile', bitrate: expect.any(Number) });
  expect(flooded[0]!.bitrate).toBeGreaterThan(165_000);
  expect(hostile.peer.closed).toBe(true);
  expect(decent.peer.closed).toBe(false);
  for (const { client } of [hostile, decent]) client.close();
  await media.close();
});
