import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const server = process.env['WENZHEN_SERVER'] ?? 'http://127.0.0.1:8080';

/** mediasoup-client and the way into it. */
const mediaModules =
  /web[\\/]src[\\/]media[\\/](new-device|native-codecs)\.ts|node_modules[\\/](mediasoup-client|h264-profile-level-id|sdp-transform|awaitqueue|debug|ms|events-alias|ua-is-frozen|ua-parser-js)/;
/**
 * What the entry needs, and with it what talks to the server during a visit: in one file, because the socket opens when the last
 * of them has come. Free of React and mediasoup-client.
 */
const coreModules =
  /preload-helper|rolldown[\\/]runtime|web[\\/]src[\\/]((store|stored|router|session|pause|styles[\\/]styled)\.ts|room[\\/]|media[\\/](?!new-device|native-codecs))|src[\\/]net[\\/]|i18n[\\/]language\.ts|protocol-version\.ts|node_modules[\\/](socket\.io-|engine\.io-|@socket\.io)/;

/** Chunks on the way into a visit besides those of the entry: at once, and as soon as the entry has opened the socket. */
const AT_ONCE = ['new-device', 'media'];
const LATER = ['i18n', 'ui', 'components', 'visit-screen', 'app'];

/**
 * Names the chunks of a visit in the page, so that they come in one flight and are compiled while the page starts.
 * The sign-in page gets them, too: what follows it is a visit. No script waits for the style sheet (see `styles/styled.ts`).
 */
function preloadVisit(): Plugin {
  return {
    name: 'preload-visit',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((output) => output.type === 'chunk');
        const links = (names: string[], rel: string) =>
          chunks
            .filter((chunk) => names.includes(chunk.name))
            .map(({ fileName }) => ({
              tag: 'link',
              attrs: { rel, crossorigin: true, href: `/${fileName}` },
              injectTo: 'head' as const,
            }));
        return {
          html: html.replace(
            /<link rel="stylesheet" ([^>]+)>/,
            '<link rel="preload" as="style" $1>\n    <link rel="stylesheet" media="print" $1>',
          ),
          tags: [...links(AT_ONCE, 'modulepreload'), ...links(LATER, 'later')],
        };
      },
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), preloadVisit()],
  // How antd and its icons put styles into the page, under our `style-src 'self'`.
  resolve: {
    alias: [{ find: /^.*\/(dynamicCSS|cssUtils)(\.js)?$/, replacement: path.join(import.meta.dirname, 'src/clinic/style-sheets.ts') }],
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: server },
      '/socket.io': { target: server, ws: true },
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inline: the page is served under `script-src 'self'` and `img-src 'self'`.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One small file that the page names itself: a chunk would wait for its own.
    cssCodeSplit: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files, so that none waits for a free connection: what a visit needs is what the sign-in page does not.
          groups: [
            { name: 'core', test: coreModules, priority: 4 },
            { name: 'media', test: mediaModules, priority: 3 },
            {
              name: 'ui',
              test: /node_modules[\\/](react|react-dom|scheduler|i18next)[\\/]|src[\\/](use-store|i18n[\\/]index)\.ts/,
              priority: 3,
            },
            { name: 'components', test: /web[\\/]src[\\/]components[\\/]/, priority: 2 },
          ],
        },
      },
    },
  },
});
