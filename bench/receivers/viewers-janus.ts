/** Receivers of Janus' streaming plugin, over its HTTP interface. */
import wrtc from '@roamhq/wrtc';
import * as werift from 'werift';
import { MOUNTPOINT } from './janus.ts';
import type { Library, Viewer } from './viewers.ts';
import { packetsIn } from './viewers-ours.ts';

interface Answer {
  data: { id: number };
}
interface Offer {
  janus: string;
  sender?: number;
  jsep?: { type: 'offer'; sdp: string };
}

/** One session for all viewers; its long poll brings the offers. */
async function openSession(url: string) {
  let last = 0;
  const post = async (path: string, body: object): Promise<Answer> => {
    const text = JSON.stringify({ ...body, transaction: String(++last) });
    return (await (await fetch(url + path, { method: 'POST', body: text })).json()) as Answer;
  };
  const session = (await post('', { janus: 'create' })).data.id;
  const waiting = new Map<number, (sdp: string) => void>();
  async function poll(): Promise<void> {
    for (;;) {
      const events = [(await (await fetch(`${url}/${session}?maxev=20`)).json()) as Offer | Offer[]].flat();
      for (const { sender, jsep } of events) if (sender && jsep) waiting.get(sender)?.(jsep.sdp);
    }
  }
  poll().catch(() => undefined);
  return { post, path: `/${session}`, offerFor: (handle: number) => new Promise<string>((resolve) => waiting.set(handle, resolve)) };
}

/** Answers an offer. @returns the local SDP and how to count */
async function answerWithWerift(sdp: string): Promise<{ sdp: string; viewer: Viewer }> {
  const connection = new werift.RTCPeerConnection({
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
    iceUseIpv6: false,
    codecs: { audio: [werift.useOPUS()], video: [werift.useVP8()] },
  });
  let packets = 0;
  connection.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(() => packets++));
  await connection.setRemoteDescription({ type: 'offer', sdp });
  await connection.setLocalDescription(await connection.createAnswer());
  return { sdp: connection.localDescription?.sdp ?? '', viewer: async () => packets };
}

async function answerWithWrtc(sdp: string): Promise<{ sdp: string; viewer: Viewer }> {
  const connection = new wrtc.RTCPeerConnection({ iceServers: [] });
  await connection.setRemoteDescription({ type: 'offer', sdp });
  const gathered = new Promise<void>((resolve) => {
    connection.onicecandidate = ({ candidate }: { candidate: unknown }) => {
      if (!candidate) resolve();
    };
  });
  await connection.setLocalDescription(await connection.createAnswer());
  await gathered;
  return {
    sdp: connection.localDescription?.sdp ?? '',
    viewer: async () => packetsIn((await connection.getStats()).values() as Iterable<unknown>),
  };
}

export function watchJanus(url: string, library: Library): (index: number) => Promise<Viewer> {
  const opening = openSession(url);
  return async () => {
    const { post, path, offerFor } = await opening;
    const handle = (await post(path, { janus: 'attach', plugin: 'janus.plugin.streaming' })).data.id;
    const offer = offerFor(handle);
    await post(`${path}/${handle}`, { janus: 'message', body: { request: 'watch', id: MOUNTPOINT } });
    const { sdp, viewer } = await (library === 'wrtc' ? answerWithWrtc : answerWithWerift)(await offer);
    await post(`${path}/${handle}`, { janus: 'message', body: { request: 'start' }, jsep: { type: 'answer', sdp } });
    await post(`${path}/${handle}`, { janus: 'trickle', candidate: { completed: true } });
    return viewer;
  };
}
