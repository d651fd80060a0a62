/** Who said what to a recording, and whose consent is missing. */
import type { OpenRecording } from './ports.ts';
import type { RecordingView } from './protocol.ts';
import type { RoomSnapshot } from './room-snapshot.ts';
import type { Seat } from './seats.ts';

export interface Consents {
  /** What a member said last; undefined: nothing yet. */
  of(memberId: string): boolean | undefined;
  set(memberId: string, consent: boolean): void;
  /** A member speaks. Returns whether they did so again since: an answer that was overtaken does not count. */
  hear(memberId: string): () => boolean;
  /** Who of these people did not consent, each person once. */
  missing(seats: readonly Seat[]): RecordingView['missing'];
  /** The members who consented, or those who refused. */
  who(consent: boolean): string[];
}

/** @param decisions as the database has them */
export function consentsOf(decisions: OpenRecording['decisions']): Consents {
  const said = new Map(decisions.map(({ memberId, consent }) => [memberId, consent]));
  const heard = new Map<string, number>();
  return {
    of: (memberId) => said.get(memberId),
    set: (memberId, consent) => void said.set(memberId, consent),
    hear(memberId) {
      const turn = (heard.get(memberId) ?? 0) + 1;
      heard.set(memberId, turn);
      return () => heard.get(memberId) !== turn;
    },
    missing(seats) {
      const missing = new Map<string, RecordingView['missing'][number]>();
      for (const { memberId, name, showsRecording } of seats) {
        const consent = said.get(memberId);
        if (consent && showsRecording) continue;
        missing.set(memberId, { memberId, name, reason: consent === false ? 'refused' : showsRecording ? 'waiting' : 'unable' });
      }
      return [...missing.values()];
    },
    who: (consent) => [...said].flatMap(([memberId, yes]) => (yes === consent ? [memberId] : [])),
  };
}

/** Consents as the next owner of a room finds them. @param kept what the owner before left in the snapshot */
export function consentsAfter({ id, decisions }: OpenRecording, kept: RoomSnapshot['recording']): Consents {
  const known = kept?.id === id ? kept : null;
  // After a crash nobody knows who took what back while nothing could be stored: everybody is asked anew.
  const consents = consentsOf(known?.closed ? decisions : decisions.filter(({ consent }) => !consent));
  // Said before the end and perhaps not stored: no consent survives it.
  for (const memberId of known?.refused ?? []) consents.set(memberId, false);
  return consents;
}
