import { createPaced } from '#rooms/paced.ts';
import { until } from '#tests/support/wait.ts';

test('few are done at once; of many some a moment later, each once', async () => {
  const done: string[] = [];
  const paced = createPaced((id) => void done.push(id));
  paced.add(['a', 'b', 'a']);
  expect(done).toEqual(['a', 'b']);
  const many = Array.from({ length: 2_000 }, (_one, index) => String(index));
  paced.add(many);
  expect(done.length).toBeLessThan(many.length);
  paced.add(many.slice(-10));
  await until('the others', () => done.length >= many.length + 2);
  expect(done).toEqual(['a', 'b', ...many]);
  paced.close();
});
