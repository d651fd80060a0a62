/** The way into mediasoup-client, in a file of its own: it is a third of all scripts, and comes while the socket opens. */
import { detectDevice, Device } from 'mediasoup-client';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { changed, remembering } from './native-codecs.ts';

const chrome = Chrome111.createFactory({});

/** @throws when this browser has no WebRTC that we can use */
export function newDevice(): Device {
  return detectDevice() === 'Chrome111' ? new Device({ handlerFactory: remembering(chrome) }) : new Device();
}

/** Whether the browser can do something else by now than a device made by `newDevice` believes. */
export async function isOutdated(device: Device): Promise<boolean> {
  return device.handlerName === 'Chrome111' && (await changed(chrome));
}
