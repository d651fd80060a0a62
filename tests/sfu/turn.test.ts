import { createHmac } from 'node:crypto';
import { loadConfig } from '#config/index.ts';
import { iceServers, turnCredential } from '#sfu/turn.ts';

test('turnCredential() gives the known answer for a known secret, user and time', () => {
  // printf '1433065916:alice' | openssl dgst -sha1 -hmac north -binary | base64
  expect(turnCredential('north', 'alice', 1_433_065_916)).toEqual({
    username: '1433065916:alice',
    credential: 'Mf4on1SFftbyvGsi4mM2Um1ZIUQ=',
  });
});

test('turnCredential() keeps a colon in the user from moving the expiry', () => {
  expect(turnCredential('north', '9999999999:x', 1).username).toBe('1:9999999999_x');
});

test('iceServers() is empty without TURN and carries credentials of the configured life with it', () => {
  expect(iceServers(loadConfig({}), 'u')).toEqual([]);
  const config = loadConfig({ TURN_URLS: 'turn:a:3478, turns:a:5349?transport=tcp', TURN_SECRET: 's', TURN_TTL_SECONDS: '60' });
  const username = '1060:u';
  expect(iceServers(config, 'u', 1_000_999)).toEqual([
    {
      urls: ['turn:a:3478', 'turns:a:5349?transport=tcp'],
      username,
      credential: createHmac('sha1', 's').update(username).digest('base64'),
    },
  ]);
});
