import { rememberedChoice } from '../../web/src/media/devices.ts';
import { remember, remembered } from '../../web/src/stored.ts';

const kept = new Map<string, string>();
const working = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) };
const blocked = {
  getItem(): string {
    throw new DOMException('blocked', 'SecurityError');
  },
  setItem(): void {
    throw new DOMException('full', 'QuotaExceededError');
  },
};

function withStorage(storage: object): void {
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
}

describe('remembered()', () => {
  beforeEach(() => kept.clear());

  test('gives back what was remembered', () => {
    withStorage(working);
    remember('a', { b: 1 });
    expect(remembered('a')).toEqual({ b: 1 });
    expect(remembered('c')).toBeNull();
  });

  test.each(['{', '"text"', '7', 'null'])('takes the nonsense %s as nothing', (text) => {
    withStorage(working);
    kept.set('wenzhen.devices', text);
    expect(remembered('wenzhen.devices')).toBeNull();
    expect(rememberedChoice()).toMatchObject({ cameraOn: true, microphoneOn: true });
  });

  test('does without a storage that is blocked', () => {
    withStorage(blocked);
    expect(remembered('a')).toBeNull();
    expect(() => remember('a', {})).not.toThrow();
  });
});
