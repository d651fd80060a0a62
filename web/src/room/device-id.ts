/** Random id of this tab; the server gives the same seat back to it after a reload. */
const KEY = 'wenzhen.device';

export function deviceId(): string {
  const known = sessionStorage.getItem(KEY);
  if (known) return known;
  const id = randomId();
  sessionStorage.setItem(KEY, id);
  return id;
}

/** 128 random bits as text. Unlike `crypto.randomUUID` it works on plain http, where a visit is text only. */
export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
