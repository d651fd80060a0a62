import { changedDisplays, type Display } from '../../web/src/media/display-fold.ts';

const told = (...displays: Display[]) => new Map(displays.map((display) => [display.consumerId, display]));
const large = { consumerId: 'a', width: 1_280, height: 720 };

describe('changedDisplays()', () => {
  test('tells a new video', () => {
    expect(changedDisplays(told(), [large], ['a'])).toEqual([large]);
  });

  test('tells a video that no element shows as not visible', () => {
    expect(changedDisplays(told(large), [], ['a'])).toEqual([{ consumerId: 'a', width: 0, height: 0 }]);
  });

  test('is silent about what was told already and about small changes', () => {
    expect(changedDisplays(told(large), [{ consumerId: 'a', width: 1_300, height: 731 }], ['a'])).toEqual([]);
  });

  test('tells a large change', () => {
    const small = { consumerId: 'a', width: 320, height: 180 };
    expect(changedDisplays(told(large), [small], ['a'])).toEqual([small]);
  });

  test('is silent about consumers that are gone', () => {
    expect(changedDisplays(told(large), [large], [])).toEqual([]);
  });
});
