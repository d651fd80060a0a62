/** What the module of people needs of others. */

import type { Caller } from '#src/plugins/policy.ts';

/** Pictures of people, kept as files. */
export interface Avatars {
  /** Addresses of some of them by file id; those that are gone are left out. */
  urls(fileIds: readonly string[]): Promise<Map<string, string>>;
  /** Takes a picture into use, or none. @throws {ApiError} `unknown_file` unless it is one of this user's pictures */
  use(userId: string, fileId: string | null): Promise<void>;
}

/** What people say of their own health; kept with their health profile. */
export interface HealthTags {
  of(userId: string): Promise<string[]>;
  /** Sets the caller's own. */
  put(caller: Caller, tags: readonly string[]): Promise<unknown>;
}

/** Something that a person does and that is counted, for example `visits`. Whoever owns the table counts. */
export interface ActivitySource {
  readonly name: string;
  /** How often between two times, the first included. */
  count(userId: string, from: Date, to: Date): Promise<number>;
}
