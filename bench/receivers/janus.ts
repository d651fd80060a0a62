/** The peer: Janus from the distribution, with a configuration of its own in a temporary folder, on loopback only. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#tests/support/mariadb.ts';
import { until } from '#tests/support/wait.ts';
import { buildSrtp } from '../../scripts/worker/build.mjs';
import { FEED_PAYLOAD_TYPE } from './feed.ts';

export interface Janus {
  url: string;
  pid: number;
  rtpPort: number;
  stop(): Promise<void>;
}

const LIBRARIES = '/usr/lib/x86_64-linux-gnu/janus';
export const MOUNTPOINT = 1;

function files(httpPort: number, rtpPort: number, folder: string): Record<string, string> {
  return {
    'janus.jcfg': `
      general: { configs_folder = "${folder}"; plugins_folder = "${LIBRARIES}/plugins"; transports_folder = "${LIBRARIES}/transports"; events_folder = "${folder}"; loggers_folder = "${folder}"; debug_level = 2; }
      nat: { ice_enforce_list = "lo"; }
      plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_videoroom.so,libjanus_voicemail.so"; }
      transports: { disable = "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so,libjanus_websockets.so"; }`,
    'janus.transport.http.jcfg': `general: { json = "compact"; base_path = "/janus"; http = true; port = ${httpPort}; ip = "127.0.0.1"; https = false; } admin: { admin_http = false; }`,
    'janus.plugin.streaming.jcfg': `
      feed: { type = "rtp"; id = ${MOUNTPOINT}; description = "feed";
        media = ( { type = "video"; mid = "v"; label = "feed"; port = ${rtpPort}; iface = "127.0.0.1"; pt = ${FEED_PAYLOAD_TYPE}; codec = "vp8"; } ); }`,
  };
}

/**
 * A folder with libsrtp on OpenSSL, built once: the distribution's is built on NSS, and what is compared would be the two
 * libraries, since our worker is linked with the one on OpenSSL.
 */
async function openSslSrtp(): Promise<string> {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/wenzhen-bench/libsrtp');
  const libraries = join(folder, 'prefix/lib');
  // CMake gives it another name than the distribution does.
  const name = join(libraries, 'libsrtp2.so.1');
  if (!existsSync(name)) {
    await rm(folder, { recursive: true, force: true });
    await buildSrtp(folder, 'ON');
    await symlink('libsrtp2.so', name);
  }
  return libraries;
}

/** Starts Janus, with the same cryptography as our worker. */
export async function startJanus(): Promise<Janus> {
  if (!existsSync('/usr/bin/janus')) throw new Error('Janus is needed for this benchmark: sudo apt-get install -y janus');
  const folder = await mkdtemp(join(tmpdir(), 'wenzhen-janus-'));
  const httpPort = await freePort();
  const rtpPort = await freePort();
  for (const [name, text] of Object.entries(files(httpPort, rtpPort, folder))) await writeFile(join(folder, name), text);
  const env = { ...process.env, LD_LIBRARY_PATH: await openSslSrtp() };
  const janus = spawn('/usr/bin/janus', ['-F', folder, '-C', join(folder, 'janus.jcfg'), '-N'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(janus, 'exit');
  const url = `http://127.0.0.1:${httpPort}/janus`;
  await until('Janus to answer', async () => (await fetch(`${url}/info`)).ok, 10_000);
  return {
    url,
    pid: janus.pid ?? 0,
    rtpPort,
    async stop() {
      janus.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
