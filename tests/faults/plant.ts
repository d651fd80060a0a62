/** Loaded before a server (`--import`): edits sources as they are read, as `PLANTED` says. */
import { registerHooks } from 'node:module';
import { plantedSource } from './planted.ts';

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const source = plantedSource(url);
    return source === undefined ? loaded : { ...loaded, source };
  },
});
