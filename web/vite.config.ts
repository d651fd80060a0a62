import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['WENZHEN_SERVER'] ?? 'http://127.0.0.1:8080';

const mediaLibraries =
  /node_modules[\\/](mediasoup-client|h264-profile-level-id|sdp-transform|awaitqueue|debug|ms|events-alias|ua-is-frozen|ua-parser-js|socket\.io-|engine\.io-|@socket\.io)/;

const coreModules = /preload-helper|web[\\/]src[\\/](store|router|session)\.ts|src[\\/]net[\\/](api|capabilities)\.ts|protocol-version\.ts/;
/** What talks to the server during a visit. Free of React, so that the join does not wait for it. */
const callModules = /web[\\/]src[\\/](room|media)[\\/]|src[\\/]net[\\/]socket\.ts/;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
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
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files, so that none waits for a free connection: what a visit needs is what the sign-in page does not.
          groups: [
            { name: 'core', test: coreModules, priority: 4 },
            { name: 'media', test: mediaLibraries, priority: 3 },
            {
              name: 'ui',
              test: /node_modules[\\/](react|react-dom|scheduler|i18next)[\\/]|src[\\/](use-store|i18n[\\/]index)\.ts/,
              priority: 3,
            },
            { name: 'call', test: callModules, priority: 1 },
            {
              name: 'components',
              test: /components[\\/](dialog|notice|icon|page|loading|screen|invite-dialog|form-text)\.tsx?/,
              priority: 2,
            },
          ],
        },
      },
    },
  },
});
