import { z } from 'zod';
import { role } from '#rooms/protocol-views.ts';
import { id, text } from '#src/plugins/fields.ts';

export const memberParams = z.object({ id, memberId: id });

export const newInvitation = z
  .strictObject({ name: text(100), role: role.extract(['guest', 'observer']) })
  .meta({ examples: [{ name: '王阿姨', role: 'guest' }] });

export const memberView = z.object({
  id: z.string(),
  name: z.string(),
  role,
  removed: z.boolean().describe('removed by the practitioner; access can be given back'),
  createdAt: z.string(),
});

export const memberList = z.object({ items: z.array(memberView) });

export const invitation = z.object({
  member: memberView,
  token: z.string(),
  url: z.string().describe('link to send; whoever has it can enter as this guest'),
  expiresAt: z.string(),
});

export const restored = z.object({
  member: memberView,
  invitation: invitation.nullable().describe('a new link, because the old one stays dead; null for people with an account'),
});
