import { jest } from '@jest/globals';
import { createTyping, FORGET_AFTER_MS, LATE_MS, TELL_EVERY_MS } from '../../web/src/room/typing.ts';

describe('createTyping()', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function create() {
    const [tell, hush] = [jest.fn(), jest.fn()];
    return { tell, hush, typing: createTyping({ tell, hush }) };
  }

  test('typed() tells the others now and then, not with each letter', () => {
    const { tell, typing } = create();
    typing.typed();
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(TELL_EVERY_MS);
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  test('done() lets the next letter be told at once', () => {
    const { tell, typing } = create();
    typing.typed();
    typing.done();
    typing.typed();
    expect(tell).toHaveBeenCalledTimes(2);
  });

  test('done() takes back what was not told yet', () => {
    const { hush, typing } = create();
    typing.typed();
    expect(hush).not.toHaveBeenCalled();
    typing.done();
    expect(hush).toHaveBeenCalledTimes(1);
  });

  test('heard() shows somebody until they are silent for a while', () => {
    const { typing } = create();
    typing.heard('a');
    jest.advanceTimersByTime(FORGET_AFTER_MS - 1);
    typing.heard('a');
    jest.advanceTimersByTime(FORGET_AFTER_MS - 1);
    expect(typing.who.get()).toEqual(['a']);
    jest.advanceTimersByTime(1);
    expect(typing.who.get()).toEqual([]);
  });

  test('stopped() forgets one person only', () => {
    const { typing } = create();
    typing.heard('a');
    typing.heard('b');
    typing.stopped('a');
    expect(typing.who.get()).toEqual(['b']);
  });

  test('stopped() makes what was said before the message, and comes after it, count for nothing', () => {
    const { typing } = create();
    typing.heard('a');
    typing.stopped('a');
    typing.heard('a');
    typing.heard('b');
    expect(typing.who.get()).toEqual(['b']);
    jest.advanceTimersByTime(LATE_MS);
    typing.heard('a');
    expect(typing.who.get()).toEqual(['b', 'a']);
  });
});
