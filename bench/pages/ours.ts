/** Our side's client: socket, device and call of the web client, without its screens. */
import { lastReceivable, loadDevice } from '../../web/src/media/device.ts';
import { createCall } from '../../web/src/media/call.ts';
import type { Request } from '../../web/src/net/request.ts';
import { openConnection } from '../../web/src/net/socket.ts';
import { bench, mark, query, run } from './page.ts';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

const connection = openConnection(query.get('token')!, (code) => {
  bench.error = code;
  bench.state = 'failed';
});
const loading = loadDevice();
void loading.then(() => mark('device'));

const request: Request = (name, payload) => {
  bench.calls.push(name);
  return connection.request(name, payload);
};

function opened(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (connection.state.get() === 'open') resolve();
    };
    connection.state.subscribe(look);
    look();
  });
}

/** Joins the visit as the web client does: at once with what the browser could receive last time, if that is known. */
async function join() {
  const call = createCall(loadDevice, {
    request,
    broken: () => console.error('media is broken'),
    typing: () => undefined,
    sendFailed: (source, code) => console.error(source, code),
    mutedByOther: () => undefined,
  });
  connection.onNotification((name, payload) => void call.notified(name, payload));
  await opened();
  mark('socket');
  const receivable = lastReceivable() ?? (await loading)?.recvRtpCapabilities;
  const answer = await request('room:join', {
    consultationId: query.get('visit')!,
    deviceId: crypto.randomUUID(),
    rtpCapabilities: receivable as never,
    mediaSessionId: null,
    chatAfterSeq: 0,
    audioOnly: false,
  });
  mark('joined');
  if (answer.phase !== 'room') throw new Error('still in the lobby');
  return { call, media: answer.media };
}

const created = (): number => bench.calls.filter((name) => name === 'producer:create').length;

void run({
  async publish(tracks) {
    const { call, media } = await join();
    const camera = tracks.find((track) => track.kind === 'video');
    const microphone = tracks.find((track) => track.kind === 'audio');
    call.publish({
      ...(camera ? { camera: { track: camera, paused: false } } : {}),
      ...(microphone ? { microphone: { track: microphone, paused: false } } : {}),
    });
    call.adopt(media, []);
    while (created() < tracks.length) await pause(50);
    await pause(1_000);
  },
  async view(show) {
    const { call, media } = await join();
    const shown = new Promise<void>((resolve) => {
      call.tracks.subscribe(() => {
        const video = call.tracks.get().find(({ track }) => track.kind === 'video');
        if (!video) return;
        show(video.track);
        resolve();
      });
    });
    call.adopt(media, []);
    await shown;
  },
  leave: () => connection.request('room:leave', {}),
});
