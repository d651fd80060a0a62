/** Who knows what a notification is about: modules give a reader for each type of subject that they own. */
import type { Locale } from '#src/messaging/templates/catalogue.ts';
import type { NotificationKind, SubjectType } from './kinds.ts';

/**
 * Variables of the kind's template by their names (times ISO 8601 in UTC, money in yuan as text such as `299.00`); those that the
 * template does not have are left out. `path` is where it leads to in the web client, `/appointments/…`, and becomes the link.
 */
export type SubjectFacts = Readonly<Record<string, string | number | InBothLanguages>> & { readonly path?: string };

/** A variable that is said otherwise in each language. */
export type InBothLanguages = Readonly<Record<Locale, string>>;

/**
 * Reads a subject when somebody is told of it.
 * @param about what is told, and whom: the two sides of an appointment read about each other
 * @returns null when it no longer applies: nobody is told then
 */
export type SubjectReader = (id: string, about: { kind: NotificationKind; userId: string }) => Promise<SubjectFacts | null>;

export interface Subjects {
  /** Gives the reader of a type; once each, while the modules are built. */
  describe(type: SubjectType, reader: SubjectReader): void;
  /** @throws {Error} when no module has given the reader */
  read(type: SubjectType, id: string, about: { kind: NotificationKind; userId: string }): Promise<SubjectFacts | null>;
}

export function createSubjects(): Subjects {
  const readers = new Map<SubjectType, SubjectReader>();
  return {
    describe(type, reader) {
      if (readers.has(type)) throw new Error(`${type} has a reader already`);
      readers.set(type, reader);
    },
    async read(type, id, about) {
      const reader = readers.get(type);
      if (!reader) throw new Error(`Nobody can tell what ${type} ${id} is`);
      return reader(id, about);
    },
  };
}
