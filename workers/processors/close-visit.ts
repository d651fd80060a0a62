/** Ends the room of a visit that is over or was called off. */
import type { Consultations } from '#src/consultations/service.ts';
import { outside } from '../processor.ts';

export const closeVisitProcessor = (consultations: Consultations) =>
  outside<'visit.close'>(({ payload, id }) => consultations.close(payload.consultationId, id));
