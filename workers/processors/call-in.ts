/** Lets a patient who was called out of the waiting line into their room. */
import type { Consultations } from '#src/consultations/service.ts';
import { outside } from '../processor.ts';

export const callInProcessor = (consultations: Consultations) =>
  outside<'visit.call'>(({ payload, id }) => consultations.callIn(payload.consultationId, payload.memberId, id));
