/** Gives each test file the timeout of its lane; jest itself has one timeout for all projects. */
import { jest } from '@jest/globals';

jest.setTimeout((globalThis as unknown as { LANE_TIMEOUT_MS: number }).LANE_TIMEOUT_MS);
