/** Who may read a file. What it belongs to decides first; the file's own rule says the rest. */
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { type AccessRule, categoryOf, type FileCategory } from './categories.ts';
import type { FileRow } from './model.ts';

/** A kind of object that files belong to, with its rule. */
export interface FileRelation {
  /** For example `practitioner_photo`. */
  readonly name: string;
  /**
   * Whether the caller may read a file that belongs to such an object. May record the access.
   * @param caller null: somebody who is not signed in
   * @returns undefined: it belongs to none
   */
  mayRead(caller: Caller | null, fileId: string): Promise<boolean | undefined>;
  /** Whether it belongs to one: it is not deleted then. */
  holds(fileId: string): Promise<boolean>;
}

export interface FileAccess {
  /** Called by modules while they are built. */
  relate(relation: FileRelation): void;
  mayRead(caller: Caller | null, file: FileRow): Promise<boolean>;
  holds(fileId: string): Promise<boolean>;
}

export function createFileAccess(): FileAccess {
  const relations: FileRelation[] = [];
  return {
    relate: (relation) => void relations.push(relation),

    async mayRead(caller, file) {
      let related = false;
      for (const relation of relations) {
        const verdict = await relation.mayRead(caller, file.id);
        if (verdict) return true;
        related ||= verdict === false;
      }
      return !related && ruleAllows(caller, file);
    },

    async holds(fileId) {
      for (const relation of relations) if (await relation.holds(fileId)) return true;
      return false;
    },
  };
}

/**
 * What more people may read than is usual for its category is put up by the clinic, not by its patients.
 * @throws {ApiError} `forbidden`
 */
export function checkOpening(caller: Caller, category: FileCategory, access: AccessRule | undefined): void {
  const opens = access === 'role' || (access === 'public' && categoryOf(category).access !== 'public');
  if (opens && !caller.can('files:manage')) throw new ApiError('forbidden');
}

function ruleAllows(caller: Caller | null, { ownerId, access, accessRole }: FileRow): boolean {
  if (access === 'public') return true;
  if (!caller) return false;
  if (caller.userId === ownerId || caller.can('files:manage')) return true;
  return access === 'role' && accessRole !== null && caller.roles.includes(accessRole);
}
