import type { ChatMessage } from '#rooms/protocol.ts';
import fc from 'fast-check';
import { contiguousSeq, emptyChat, failed, hasGap, readAll, received, sending, unreadCount } from '../../web/src/room/chat-log.ts';

function message(seq: number, memberId = 'other'): ChatMessage {
  return { seq, clientMessageId: `c${seq}`, memberId, name: 'N', role: 'patient', text: `t${seq}`, sentAt: seq };
}

describe('received()', () => {
  test('shows each message once and in order, however they arrive', () => {
    const arrivals = fc.array(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(arrivals, (batches) => {
        const log = batches.reduce(
          (current, seqs) =>
            received(
              current,
              seqs.map((seq) => message(seq)),
              'me',
            ),
          emptyChat,
        );
        const seqs = log.messages.map(({ seq }) => seq);
        expect(seqs).toEqual([...new Set(batches.flat())].toSorted((a, b) => a - b));
      }),
    );
  });

  test('takes an own message off the way when it arrives', () => {
    const log = received(sending(emptyChat, 'c1', 't1'), [message(1, 'me')], 'me');
    expect(log.outgoing).toEqual([]);
  });

  test('keeps an own message on the way when somebody else used the same id', () => {
    const log = received(sending(emptyChat, 'c1', 't1'), [message(1, 'other')], 'me');
    expect(log.outgoing).toHaveLength(1);
  });
});

describe('contiguousSeq() and hasGap()', () => {
  test('stop before a hole', () => {
    const log = received(emptyChat, [message(1), message(2), message(4)], 'me');
    expect(contiguousSeq(log)).toBe(2);
    expect(hasGap(log)).toBe(true);
    expect(hasGap(received(log, [message(3)], 'me'))).toBe(false);
  });

  test('know of messages that the server only counted', () => {
    expect(hasGap(received(emptyChat, [message(1)], 'me', 3))).toBe(true);
  });
});

describe('unreadCount()', () => {
  test('counts what others wrote since the last look', () => {
    const seen = readAll(received(emptyChat, [message(1)], 'me'));
    expect(unreadCount(received(seen, [message(2), message(3, 'me'), message(4)], 'me'), 'me')).toBe(2);
  });
});

describe('sending() and failed()', () => {
  test('a message sent again has one entry', () => {
    const log = sending(failed(sending(emptyChat, 'x', 'hello'), 'x', 'rate_limited'), 'x', 'hello');
    expect(log.outgoing).toEqual([{ clientMessageId: 'x', text: 'hello', state: 'sending', code: null }]);
  });
});
