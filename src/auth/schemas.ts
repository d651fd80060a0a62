import { z } from 'zod';
import { text } from '#src/plugins/fields.ts';
import { userView } from '#src/users/schemas.ts';

export const credentials = z
  .strictObject({
    account: text(64).transform((account) => account.toLowerCase()),
    password: z.string().min(1).max(256),
  })
  .meta({ examples: [{ account: 'doctor', password: 'as printed at the first start' }] });

export const login = z.object({
  token: z.string().describe('send it as `Authorization: Bearer …` and in the handshake of the socket'),
  expiresAt: z.iso.datetime(),
  user: userView,
});

export const currentSession = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), user: userView, expiresAt: z.iso.datetime() }),
  z.object({ kind: z.literal('guest'), memberId: z.string(), consultationId: z.string(), name: z.string(), expiresAt: z.iso.datetime() }),
]);
