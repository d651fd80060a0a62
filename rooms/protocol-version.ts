/**
 * Version of the socket protocol. The major number changes when an old page cannot work with a new server (the page
 * then offers to reload); the minor number when something optional was added.
 * Kept apart from `protocol.ts` so that the web client can carry it without the schema library.
 */
export const PROTOCOL_VERSION = '1.4';

/** True when a client of version `theirs` can talk to this server: same major, any minor. */
export function speaksProtocol(theirs: string): boolean {
  return theirs.split('.')[0] === PROTOCOL_VERSION.split('.')[0];
}

/** True for a later minor version than ours: during an upgrade its pages meet servers of before. */
export function isNewer(theirs: string): boolean {
  return speaksProtocol(theirs) && Number(theirs.split('.')[1]) > Number(PROTOCOL_VERSION.split('.')[1]);
}

/** True when a client of this version shows that a visit is recorded and can ask for consent: 1.3 and later. */
export function showsRecording(theirs: string): boolean {
  return speaksProtocol(theirs) && Number(theirs.split('.')[1]) >= 3;
}
