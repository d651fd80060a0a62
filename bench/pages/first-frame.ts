/**
 * Runs in the web client's page before its scripts: notes, as `firstFrame`, when a video that came from a peer
 * connection shows its first frame.
 */

declare global {
  interface Window {
    /** ms from navigation */
    firstFrame?: number;
  }
}

const remote = new Set<string>();
const watched = new WeakSet<HTMLVideoElement>();

window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    this.addEventListener('track', ({ track }) => remote.add(track.id));
  }
};

setInterval(() => {
  for (const video of document.querySelectorAll('video')) {
    const stream = video.srcObject as MediaStream | null;
    if (watched.has(video) || !stream?.getVideoTracks().some(({ id }) => remote.has(id))) continue;
    watched.add(video);
    video.requestVideoFrameCallback(() => (window.firstFrame ??= performance.now()));
  }
}, 5);

export {};
