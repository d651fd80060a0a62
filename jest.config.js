import { lanes } from './scripts/test/lanes.ts';

const claimed = lanes.flatMap((lane) => lane.folders);

/** Types are stripped and nothing else happens: modules stay ES modules, and jest resolves `#` imports as Node does. */
const swc = (tsx) => [
  // Bugs are planted in sources to see that tests find them (tests/faults/suites.ts).
  process.env.PLANTED ? '<rootDir>/tests/support/jest/planting.ts' : '@swc/jest',
  {
    jsc: { parser: { syntax: 'typescript', tsx }, target: 'es2024', transform: { react: { runtime: 'automatic' } } },
    module: { type: 'es6' },
  },
];

const shared = {
  testEnvironment: '<rootDir>/tests/support/jest/environment.ts',
  runtime: '<rootDir>/tests/support/jest/runtime.ts',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleFileExtensions: ['ts', 'tsx', 'mjs', 'js', 'json', 'node'],
  modulePathIgnorePatterns: ['<rootDir>/data/', '<rootDir>/web/dist/', '<rootDir>/tests/.tmp/'],
  transform: { '^.+\\.ts$': swc(false), '^.+\\.tsx$': swc(true) },
};

/**
 * One project a lane; `npm test` runs them one after the other (scripts/test.ts).
 * @type {import('jest').Config}
 */
export default {
  maxWorkers: 2,
  // Modules of ended test files stay in the memory of a worker; a hundred files filled it.
  workerIdleMemoryLimit: '1500MB',
  globalSetup: '<rootDir>/tests/support/jest/start.ts',
  globalTeardown: '<rootDir>/tests/support/jest/stop.ts',
  projects: lanes.map(({ name, folders, testTimeoutMs }) => ({
    ...shared,
    displayName: name,
    globals: { LANE_TIMEOUT_MS: testTimeoutMs },
    setupFilesAfterEnv: ['<rootDir>/tests/support/jest/timeout.ts'],
    testMatch: folders.length > 0 ? folders.map((folder) => `<rootDir>/tests/${folder}/**/*.test.ts`) : ['<rootDir>/tests/**/*.test.ts'],
    testPathIgnorePatterns: ['/node_modules/', ...(folders.length > 0 ? [] : claimed.map((folder) => `<rootDir>/tests/${folder}/`))],
  })),
};
