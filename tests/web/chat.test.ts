import type { Request } from '../../web/src/net/request.ts';

// What the page's modules look at as they load.
Object.assign(globalThis, { sessionStorage: { getItem: () => null }, localStorage: { getItem: () => null } });
const { RequestError } = await import('../../web/src/net/request.ts');
const { createChat } = await import('../../web/src/room/chat.ts');

/** A chat whose requests are answered by these codes, one after the other; then they succeed. */
function chatWith(...codes: string[]) {
  const sent: unknown[] = [];
  const request = (async (_name: string, payload: unknown) => {
    sent.push(payload);
    const code = codes.shift();
    if (code) throw new RequestError(code, code);
    return {};
  }) as unknown as Request;
  return {
    sent,
    chat: createChat(
      request,
      () => 'me',
      () => undefined,
    ),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test.each(['disconnected', 'room_moved', 'stale_epoch', 'not_joined', 'shutting_down'])(
  'a message that meets "%s" stays on its way, and the rejoin sends it under its old id',
  async (code) => {
    const { sent, chat } = chatWith(code);
    chat.send('您好');
    await settled();
    expect(chat.log.get().outgoing).toMatchObject([{ state: 'sending', text: '您好' }]);
    chat.joined({ messages: [], latestSeq: 0 });
    await settled();
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  },
);

test('a message that is refused for good is shown as failed', async () => {
  const { chat } = chatWith('rate_limited');
  chat.send('您好');
  await settled();
  expect(chat.log.get().outgoing).toMatchObject([{ state: 'failed' }]);
});
