import { spawn } from 'node:child_process';
import { getPriority, setPriority } from 'node:os';
import { MediaError } from '#sfu/errors.ts';
import type { PeerMedia, RoomMedia } from '#sfu/types.ts';
import { freePort } from '../support/mariadb.ts';
import { until } from '../support/wait.ts';
import { dtlsParameters, listen, opus, startMedia, vp8 } from './support.ts';
import type { TestMedia } from './support.ts';

let media: TestMedia | undefined;
afterEach(async () => {
  await media?.close();
  media = undefined;
});

async function start(env: Record<string, string> = {}): Promise<TestMedia> {
  media = await startMedia(env);
  return media;
}

const QUICK = { MEDIA_PROBE_INTERVAL_MS: '50', MEDIA_PROBE_TIMEOUT_MS: '300' };

async function addPeer(room: RoomMedia, peerId: string) {
  return await room.addPeer({ peerId, rtpCapabilities: room.routerRtpCapabilities, canSend: true, audioOnly: false });
}

describe('worker loss', () => {
  test('kill -9: every room of the worker is lost once, others are not, and rooms open again at once', async () => {
    const { server } = await start({ MEDIA_WORKERS: '2' });
    const rooms = await Promise.all(['a', 'b', 'c', 'd'].map((id) => server.openRoom(id)));
    const victim = rooms[0]!.workerPid;
    const hit = rooms.filter(({ workerPid }) => workerPid === victim);
    expect(hit).toHaveLength(2);
    const peer = await addPeer(rooms[0]!, 'doctor');
    const lost = rooms.map((room) => listen(room, 'lost'));
    const reopened: Promise<RoomMedia>[] = [];
    for (const room of hit) room.on('lost', () => reopened.push(server.openRoom(room.roomId)));
    process.kill(victim, 'SIGKILL');
    await until('the loss', () => reopened.length === hit.length);
    expect(lost.map(({ length }) => length)).toEqual(rooms.map((room) => (hit.includes(room) ? 1 : 0)));
    expect(rooms.map(({ closed }) => closed)).toEqual(rooms.map((room) => hit.includes(room)));
    for (const room of await Promise.all(reopened)) expect(room.workerPid).not.toBe(victim);
    expect(peer.closed).toBe(true);
    await expect(addPeer(rooms[0]!, 'x')).rejects.toMatchObject({ code: 'closed' });
    peer.close();
    rooms[0]!.close();
    await until('a replacement', () => server.workers().length === 2);
    expect(lost[rooms.indexOf(hit[0]!)]).toHaveLength(1);
  });

  test('kill -9 of the only worker: openRoom() waits for the one that is starting', async () => {
    const { server } = await start();
    // One that dies young is not replaced at once.
    const born = performance.now();
    await until('an old enough worker', () => performance.now() - born > 2_000);
    const room = await server.openRoom('a');
    const reopened = new Promise<RoomMedia>((resolve, reject) => {
      room.on('lost', () => void server.openRoom('a').then(resolve, reject));
    });
    process.kill(room.workerPid, 'SIGKILL');
    expect((await reopened).workerPid).not.toBe(room.workerPid);
    expect(server.healthy()).toBe(true);
  });

  test('requests on their way when the worker dies are media_unavailable or closed, never left hanging', async () => {
    const { server } = await start();
    const room = await server.openRoom('a');
    const peer = await addPeer(room, 'doctor');
    const frozen = room.workerPid;
    process.kill(frozen, 'SIGSTOP');
    const requests = [
      addPeer(room, 'patient'),
      peer.connectTransport(peer.recv.id, dtlsParameters),
      peer.produce({ transportId: peer.send!.id, kind: 'video', source: 'camera', rtpParameters: vp8(), paused: false }),
      peer.restartIce(peer.send!.id),
      server.openProbe('udp'),
    ];
    const settled = Promise.allSettled(requests);
    process.kill(frozen, 'SIGKILL');
    for (const result of await settled) {
      expect(result.status).toBe('rejected');
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(MediaError);
      expect(['media_unavailable', 'closed']).toContain((result as PromiseRejectedResult).reason.code);
    }
  });

  test('a frozen worker is found, killed and replaced', async () => {
    const { server, logged } = await start(QUICK);
    const room = await server.openRoom('a');
    const lost = listen(room, 'lost');
    process.kill(room.workerPid, 'SIGSTOP');
    await until('the loss', () => lost.length === 1);
    const status = await until('a replacement', () => server.workers()[0]);
    expect(status.pid).not.toBe(room.workerPid);
    expect(logged.some(({ message }) => message.includes('does not answer'))).toBe(true);
    expect((await server.openRoom('a')).workerPid).toBe(status.pid);
  });

  test('workers are served before others where that is allowed', async () => {
    const { server } = await start();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    let allowed = true;
    try {
      setPriority(other.pid ?? 0, -10);
    } catch {
      allowed = false;
    }
    other.kill();
    expect(getPriority(server.workers()[0]!.pid)).toBe(allowed ? -10 : getPriority());
  });

  test('our own standing still does not get a healthy worker killed', async () => {
    const { server, logged } = await start(QUICK);
    const [before] = server.workers();
    for (let stall = 0; stall < 3; stall += 1) {
      const end = performance.now() + 700;
      while (performance.now() < end);
      await until('a measurement', () => server.workers()[0]!.rss > 0);
    }
    expect(server.workers()[0]!.pid).toBe(before!.pid);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a worker that keeps dying is replaced each time', async () => {
    const { server, workers } = await start();
    for (let death = 1; death <= 3; death += 1) {
      const status = await until('a worker', () => server.workers()[0]);
      process.kill(status.pid, 'SIGKILL');
      await until('its death', () => server.workers().length === 0);
    }
    await until('the fourth', () => server.healthy());
    expect(workers).toHaveLength(4);
  });
});

describe('placement', () => {
  test('openRoom() spreads rooms over the workers', async () => {
    const { server } = await start({ MEDIA_WORKERS: '2' });
    for (const id of ['a', 'b', 'c', 'd']) await server.openRoom(id);
    expect(server.workers().map(({ rooms }) => rooms)).toEqual([2, 2]);
  });

  test('openRoom() above the limit is media_full, counting what was just placed', async () => {
    const { server } = await start({ MEDIA_WORKER_CPU_LIMIT: '0.05' });
    const results = await Promise.allSettled(Array.from({ length: 6 }, (_, index) => server.openRoom(String(index))));
    const opened = results.filter(({ status }) => status === 'fulfilled');
    expect(opened.length).toBeLessThanOrEqual(2);
    expect(results.filter(({ status }) => status === 'rejected').map((result) => (result as PromiseRejectedResult).reason.code)).toEqual(
      Array(6 - opened.length).fill('media_full'),
    );
    expect(server.workers()[0]!.load).toBeGreaterThanOrEqual(opened.length * 0.02);
  });

  test('a large room: video that its worker has no room for is media_full, sound goes on, and there is room again when people left', async () => {
    const { server } = await start({ MEDIA_WORKER_CPU_LIMIT: '0.05', MEDIA_PROBE_INTERVAL_MS: '60000' });
    const room = await server.openRoom('large');
    const peers = await Promise.all(Array.from({ length: 30 }, (_, index) => addPeer(room, `peer-${index}`)));
    const [first, ...others] = peers as [PeerMedia, ...PeerMedia[]];
    const transportId = first.send!.id;
    const camera = () => first.produce({ transportId, kind: 'video', source: 'camera', rtpParameters: vp8(), paused: false });
    await expect(camera()).rejects.toMatchObject({ code: 'media_full' });
    await first.produce({ transportId, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false });
    for (const other of others.slice(6)) other.close();
    await camera();
  });

  test('openRoom() without any worker is media_unavailable', async () => {
    const { server } = await start();
    server.drain();
    process.kill(server.workers()[0]!.pid, 'SIGKILL');
    await until('its death', () => !server.healthy());
    await expect(server.openRoom('a')).rejects.toMatchObject({ code: 'media_unavailable' });
    expect(server.healthy()).toBe(false);
  });
});

describe('start and end', () => {
  test('createMediaServer() with fixed ports listens on them, UDP and TCP, and again after a replacement', async () => {
    const port = await freePort();
    const { server } = await start({ MEDIA_PORT: String(port) });
    const ports = async () => {
      const room = await server.openRoom('a');
      const peer = await addPeer(room, 'doctor');
      room.close();
      return peer.recv.iceCandidates.map((candidate) => `${candidate.protocol} ${candidate.port}`);
    };
    expect(new Set(await ports())).toEqual(new Set([`udp ${port}`, `tcp ${port}`]));
    const [before] = server.workers();
    process.kill(before!.pid, 'SIGKILL');
    await until('a replacement', () => server.healthy() && server.workers()[0]!.pid !== before!.pid);
    expect(new Set(await ports())).toEqual(new Set([`udp ${port}`, `tcp ${port}`]));
  });

  test('createMediaServer() with a port that is taken fails and leaves no worker behind', async () => {
    const { server, workers } = await start({ MEDIA_PORT: String(await freePort()) });
    const [peer] = [await addPeer(await server.openRoom('a'), 'doctor')];
    const taken = peer.recv.iceCandidates[0]!.port;
    await expect(startMedia({ MEDIA_PORT: String(taken) })).rejects.toThrow('did not start');
    await until('its worker to end', () => workers.slice(1).every((worker) => worker.subprocessClosed));
  });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'drain(): a worker ended by %s is not replaced and no error, close() still works',
    async (signal) => {
      const { server, workers, logged } = await start({ MEDIA_WORKERS: '2' });
      // One that dies young would be replaced late.
      const born = performance.now();
      await until('old enough workers', () => performance.now() - born > 2_000);
      const room = await server.openRoom('a');
      const lost = listen(room, 'lost');
      server.drain();
      server.drain();
      process.kill(room.workerPid, signal);
      await until('its end', () => server.workers().length === 1);
      expect(room.closed).toBe(true);
      expect(server.healthy()).toBe(true);
      await server.close();
      expect(workers).toHaveLength(2);
      expect(lost).toEqual([]);
      expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  test('close() ends every worker process and closes rooms without calling them lost', async () => {
    const { server, workers } = await start({ MEDIA_WORKERS: '2' });
    const room = await server.openRoom('a');
    const lost = listen(room, 'lost');
    await Promise.all([server.close(), server.close()]);
    expect(room.closed).toBe(true);
    expect(lost).toEqual([]);
    expect(workers.map(({ subprocessClosed }) => subprocessClosed)).toEqual([true, true]);
    expect(server.healthy()).toBe(false);
    await expect(server.openRoom('b')).rejects.toMatchObject({ code: 'media_unavailable' });
  });
});

describe('leaks', () => {
  test('close() of a room leaves nothing in the worker', async () => {
    const { server, workers } = await start();
    const room = await server.openRoom('a');
    const [doctor, patient] = [await addPeer(room, 'doctor'), await addPeer(room, 'patient')];
    for (const peer of [doctor, patient]) {
      await peer.produce({ transportId: peer.send!.id, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false });
    }
    const status = () => server.workers()[0]!;
    await until('consumers', () => status().consumers === 2);
    expect(status()).toMatchObject({ rooms: 1, transports: 4, producers: 2, consumers: 2 });
    const probe = await server.openProbe('udp');
    room.close();
    room.close();
    probe.close();
    probe.close();
    expect(status()).toMatchObject({ rooms: 0, transports: 0, producers: 0, consumers: 0 });
    const dump = await workers[0]!.dump();
    expect(dump.routerIds).toEqual([]);
    expect(dump.channelMessageHandlers.channelRequestHandlers).toEqual(dump.webRtcServerIds);
    doctor.close();
    await expect(addPeer(room, 'x')).rejects.toMatchObject({ code: 'closed' });
  });

  test('200 joins and leaves leave no transport behind', async () => {
    const { server, workers } = await start();
    const room = await server.openRoom('a');
    const stays = await addPeer(room, 'stays');
    await stays.produce({ transportId: stays.send!.id, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false });
    const handlers = async () => (await workers[0]!.dump()).channelMessageHandlers.channelRequestHandlers.length;
    const before = await handlers();
    for (let round = 0; round < 20; round += 1) {
      const peers = await Promise.all(Array.from({ length: 10 }, (_, index) => addPeer(room, `${round}-${index}`)));
      await Promise.all(
        peers.map((peer) =>
          peer.produce({ transportId: peer.send!.id, kind: 'audio', source: 'microphone', rtpParameters: opus(), paused: false }),
        ),
      );
      for (const peer of peers) peer.close();
    }
    await until('the worker to be as before', async () => (await handlers()) === before);
    await until('the last consumers to close', () => stays.consumers().length === 0);
    expect(server.workers()[0]).toMatchObject({ transports: 2, producers: 1, consumers: 0 });
  });

  test('addPeer() whose room closes meanwhile is closed', async () => {
    const { server, workers } = await start();
    const room = await server.openRoom('a');
    const adding = addPeer(room, 'doctor');
    room.close();
    await expect(adding).rejects.toMatchObject({ code: 'closed' });
    expect((await workers[0]!.dump()).routerIds).toEqual([]);
  });
});
