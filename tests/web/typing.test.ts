import { jest } from '@jest/globals';
import { createTyping, FORGET_AFTER_MS, TELL_EVERY_MS } from '../../web/src/room/typing.ts';

describe('createTyping()', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('typed() tells the others now and then, not with each letter', () => {
    const tell = jest.fn();
    const typing = createTyping(tell);
    typing.typed();
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(TELL_EVERY_MS);
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  test('done() lets the next letter be told at once', () => {
    const tell = jest.fn();
    const typing = createTyping(tell);
    typing.typed();
    typing.done();
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  test('heard() shows somebody until they are silent for a while', () => {
    const typing = createTyping(() => undefined);
    typing.heard('a');
    jest.advanceTimersByTime(FORGET_AFTER_MS - 1);
    typing.heard('a');
    jest.advanceTimersByTime(FORGET_AFTER_MS - 1);
    expect(typing.who.get()).toEqual(['a']);
    jest.advanceTimersByTime(1);
    expect(typing.who.get()).toEqual([]);
  });

  test('stopped() forgets one person only', () => {
    const typing = createTyping(() => undefined);
    typing.heard('a');
    typing.heard('b');
    typing.stopped('a');
    expect(typing.who.get()).toEqual(['b']);
  });
});
