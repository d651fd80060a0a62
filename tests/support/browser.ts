/** Real Chromium with a fake camera and microphone, and the numbers that prove that media flows. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { reportOnFailure } from './page-report.ts';
import { until } from './wait.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--use-fake-ui-for-media-stream',
  // Half of the pictures that it makes by itself: encoding and showing them is most of what a call costs the machine.
  '--use-fake-device-for-media-stream=fps=10',
  '--auto-select-desktop-capture-source=Entire screen',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-gpu',
  '--disable-quic',
];

/**
 * Starts a browser.
 * @param options.secure origins to be treated like HTTPS (for addresses other than loopback)
 * @param options.args more flags; a later one wins
 * @param options.program another executable, for example a namespace's wrapper
 */
export function launchBrowser(options: { secure?: string; program?: string; args?: string[] } = {}): Promise<Browser> {
  const args = [...flags, ...(options.args ?? [])];
  if (options.secure) args.push(`--unsafely-treat-insecure-origin-as-secure=${options.secure}`);
  return chromium.launch({ executablePath: options.program ?? '/usr/bin/chromium', args });
}

/** Runs in the page before its own scripts: keeps every peer connection within reach of the test. */
function keepConnections(): void {
  const connections: RTCPeerConnection[] = [];
  Object.assign(globalThis, {
    connections,
    RTCPeerConnection: class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    },
  });
}

/** A page with its own storage, as if on a device of its own; `moving`: of somebody who has not asked for less motion. */
export async function openDevice(
  browser: Browser,
  options: { locale?: string; phone?: boolean; moving?: boolean } = {},
): Promise<{ context: BrowserContext; page: Page; errors: string[] }> {
  const context = await browser.newContext({
    locale: options.locale ?? 'en-US',
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    permissions: ['camera', 'microphone'],
    // Dialogs and messages that slide in are drawn a picture at a time, and a click waits until they stand still.
    reducedMotion: options.moving ? 'no-preference' : 'reduce',
  });
  const page = await context.newPage();
  await page.addInitScript(keepConnections);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  reportOnFailure(page, errors);
  return { context, page, errors };
}

export interface Received {
  /** over all video streams of all connections that are open */
  framesDecoded: number;
  /** loudest audio stream, 0 to 1 */
  audioLevel: number;
  audioPackets: number;
  /** of the tallest video, in pixels; 0 without any */
  frameHeight: number;
  /** protocols of the selected ICE pairs */
  protocols: string[];
  /** their local candidates: `host`, `prflx`, `srflx`, `relay` */
  localTypes: string[];
  /** addresses of their remote candidates */
  remoteAddresses: string[];
}

/** What a page receives, read from WebRTC's own statistics. */
export function received(page: Page): Promise<Received> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
    const sum: Received = {
      ...{ framesDecoded: 0, audioLevel: 0, audioPackets: 0, frameHeight: 0 },
      ...{ protocols: [], localTypes: [], remoteAddresses: [] },
    };
    for (const connection of connections.filter((one) => one.connectionState !== 'closed')) {
      const stats = await connection.getStats();
      for (const report of stats.values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'video') {
          sum.framesDecoded += report.framesDecoded ?? 0;
          sum.frameHeight = Math.max(sum.frameHeight, report.frameHeight ?? 0);
        }
        if (report.type === 'inbound-rtp' && report.kind === 'audio') {
          sum.audioLevel = Math.max(sum.audioLevel, report.audioLevel ?? 0);
          sum.audioPackets += report.packetsReceived ?? 0;
        }
        if (report.type === 'transport' && report.selectedCandidatePairId) {
          const pair = stats.get(report.selectedCandidatePairId);
          const [local, remote] = [stats.get(pair?.localCandidateId), stats.get(pair?.remoteCandidateId)];
          if (local) sum.localTypes.push(local.candidateType);
          if (!remote) continue;
          sum.protocols.push(remote.protocol);
          sum.remoteAddresses.push(remote.address);
        }
      }
    }
    return sum;
  });
}

/**
 * Waits until a page decodes video that moves: at least `frames` more frames than when first asked.
 * @returns ms that it took
 */
export async function seesMotion(page: Page, options: { frames?: number; deadlineMs?: number } = {}): Promise<number> {
  const from = performance.now();
  let first: number | undefined;
  await until(
    'moving remote video',
    async () => {
      const { framesDecoded } = await received(page);
      if (first === undefined || framesDecoded < first) first = framesDecoded;
      return framesDecoded >= first + (options.frames ?? 10);
    },
    options.deadlineMs ?? 30_000,
    100,
  );
  return Math.round(performance.now() - from);
}

/** Waits until a page receives sound that is not silence. */
export async function hears(page: Page, deadlineMs = 30_000): Promise<void> {
  await until('sound', async () => (await received(page)).audioLevel > 0, deadlineMs, 100);
}

export interface SentLayer {
  rid: string;
  frameHeight: number;
  packets: number;
}

/** Simulcast layers of the camera that a page sends, lowest first; empty without a camera. */
export function sentLayers(page: Page): Promise<SentLayer[]> {
  return page.evaluate(async () => {
    const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
    const layers: SentLayer[] = [];
    for (const connection of connections.filter((one) => one.connectionState !== 'closed')) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type !== 'outbound-rtp' || report.kind !== 'video' || !report.rid) continue;
        layers.push({ rid: report.rid, frameHeight: report.frameHeight ?? 0, packets: report.packetsSent ?? 0 });
      }
    }
    return layers.toSorted((a, b) => a.rid.localeCompare(b.rid));
  });
}
