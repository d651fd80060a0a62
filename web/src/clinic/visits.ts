/** What the screens about visits share. */
import { api, dataOf } from '../api/client.ts';
import type { Tone } from './blocks/status-tag.tsx';

/** Beginning of the keys of all that is read about visits. */
export const VISITS = 'visits';
/** Key of how many chat messages were not read, in all visits. */
export const UNREAD_CHATS = [VISITS, 'unread'];
/** Beginning of the keys of chats. */
export const CHATS = 'chat';
/** Key of the chat of a visit. */
export const chatOf = (id: string): string[] => [CHATS, id];

export type VisitStatus = 'scheduled' | 'active' | 'ended' | 'cancelled';
export const STATES: readonly VisitStatus[] = ['scheduled', 'active', 'ended', 'cancelled'];
export const TONES: Record<VisitStatus, Tone> = { scheduled: 'info', active: 'good', ended: 'neutral', cancelled: 'warn' };

export const readVisit = (id: string) => dataOf(api.GET('/api/v1/consultations/{id}', { params: { path: { id } } }));
export type Visit = Awaited<ReturnType<typeof readVisit>>;

export const cancelVisit = (id: string) => dataOf(api.POST('/api/v1/consultations/{id}/cancel', { params: { path: { id } } }));

/** The person at the other side of the visit. */
export const otherOf = (visit: Visit): { id: string; name: string } => (visit.role === 'practitioner' ? visit.patient : visit.practitioner);

export const isOpen = ({ status }: Visit): boolean => status === 'scheduled' || status === 'active';

export const minutesOf = ({ scheduledStart, scheduledEnd }: Visit): number =>
  Math.round((Date.parse(scheduledEnd) - Date.parse(scheduledStart)) / 60_000);
