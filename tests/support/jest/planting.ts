/** Takes the place of jest's transformer while bugs are planted: the same, of edited sources. */
import { pathToFileURL } from 'node:url';
import swc from '@swc/jest';
import { plantedSource } from '#tests/faults/planted.ts';

type Step = (source: string, file: string, options: object) => unknown;

export default {
  createTransformer(options: Parameters<typeof swc.createTransformer>[0]) {
    const plain = swc.createTransformer(options) as unknown as Record<'getCacheKey' | 'process' | 'processAsync', Step>;
    const planted =
      (step: Step): Step =>
      (source, file, how) =>
        step(plantedSource(pathToFileURL(file).href) ?? source, file, how);
    return { getCacheKey: planted(plain.getCacheKey), process: planted(plain.process), processAsync: planted(plain.processAsync) };
  },
};
