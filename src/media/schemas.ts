import { z } from 'zod';
import { rtpCapabilities } from '#rooms/protocol-media.ts';

/** Most that one network test moves, in bytes. */
export const MAX_TEST_BYTES = 8 * 1_024 * 1_024;

export const capabilities = z.object({ protocolVersion: z.string(), routerRtpCapabilities: rtpCapabilities });
export const downloadQuery = z.object({ bytes: z.coerce.number().int().min(1).max(MAX_TEST_BYTES) });
export const received = z.object({ bytes: z.int() });
