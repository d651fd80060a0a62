// The image's health probe: exit code 0 when this container's server answers 200. The image has no curl, and needs none.
//
//   node scripts/healthcheck.mjs [/health/live] [print]     with `print` what the server answers
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';

const path = process.argv[2] ?? '/health/live';
const secure = Boolean(process.env.TLS_CERT);
// The certificate names the public host, not this address, and the connection never leaves the container.
const request = (secure ? getHttps : getHttp)(
  { host: '127.0.0.1', port: Number(process.env.PORT || 8080), path, timeout: 2_500, rejectUnauthorized: false },
  (response) => {
    if (process.argv[3] === 'print') response.pipe(process.stdout);
    else response.resume();
    process.exitCode = response.statusCode === 200 ? 0 : 1;
    if (process.exitCode) console.error(`${path} answered ${response.statusCode}`);
  },
);
request.on('timeout', () => request.destroy(new Error('no answer in 2.5 s')));
request.on('error', (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
