/** Builds a page of `bench/pages` into one script, with what the web client is built with. */
import { join } from 'node:path';
import { build } from 'vite';

/** @returns the script's text */
export async function bundlePage(name: 'bare' | 'ours' | 'first-frame'): Promise<string> {
  const entry = join(import.meta.dirname, '../pages', `${name}.ts`);
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2023',
      minify: true,
      modulePreload: false,
      rolldownOptions: { input: entry, output: { codeSplitting: false } },
    },
  });
  const bundles = Array.isArray(output) ? output : [output];
  const chunk = bundles.flatMap((bundle) => ('output' in bundle ? bundle.output : [])).find((part) => part.type === 'chunk');
  if (chunk?.type !== 'chunk') throw new Error(`${name}.ts gave no script`);
  return chunk.code;
}
