/** Types of `build.mjs`, which runs before there is a compiler. */
export function buildSrtp(dir: string, shared?: 'ON' | 'OFF'): Promise<string>;
