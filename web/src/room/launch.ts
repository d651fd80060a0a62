/**
 * In which order a page that goes straight into a visit uses its one thread: the socket, the device, the screens. Each waits for the one
 * before while that waits for the server, but not for a slow network.
 */
import type { Device } from 'mediasoup-client';
import { loadDevice } from '../media/device.ts';
import type { Connection } from '../net/socket.ts';
import { atMost } from '../pause.ts';

/** How long mediasoup-client waits for the socket to open, in ms: it takes the thread for longer than that takes nearby. */
const DEVICE_WAITS_MS = 80;
/** How long the screens wait for the join to be sent and the device to be loaded, in ms. */
const SCREENS_WAIT_MS = 250;

export interface Launch {
  device(): Promise<Device | null>;
  /** Resolves when it is the screens' turn. */
  readonly screens: Promise<unknown>;
}

export function launch(connection: Connection): Launch {
  const opened = new Promise<void>((resolve) => {
    const stop = connection.state.subscribe(() => {
      stop();
      resolve();
    });
  });
  const turn = atMost(DEVICE_WAITS_MS, opened);
  const device = (): Promise<Device | null> => turn.then(loadDevice);
  return { device, screens: atMost(SCREENS_WAIT_MS, Promise.allSettled([opened, device()])) };
}
