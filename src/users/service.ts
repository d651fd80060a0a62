/** People: their accounts, what they say of themselves, and what administrators do with them. */
import type { Foundation } from '#src/foundation.ts';
import { ApiError } from '#src/errors.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import { type Administration, createAdministration } from './administration.ts';
import { createDirectory, type Directory } from './directory.ts';
import { createFigures, type Figures } from './figures.ts';
import { createFollows, type Follows } from './follows.ts';
import type { UserRow } from './model.ts';
import type { Avatars, HealthTags } from './ports.ts';
import { createTags, type Tags } from './tags.ts';
import { createViews, type Profile } from './views.ts';

export interface Users extends Accounts, Directory, Administration {
  /** The caller's own. */
  profile(userId: string): Promise<Profile>;
  avatarOf(user: UserRow): Promise<string | null>;
  readonly tags: Tags;
  readonly follows: Follows;
  readonly figures: Figures;
}

export interface UsersParts extends Pick<Foundation, 'database' | 'vault' | 'access' | 'signals' | 'auth'> {
  avatars?: Avatars;
  healthTags?: HealthTags;
  /** Whether somebody's qualifications as a practitioner were approved; without it nobody's were. */
  isVouched?: (userId: string) => Promise<boolean>;
}

const noAvatars: Avatars = {
  urls: async () => new Map(),
  use: async () => {
    throw new ApiError('unknown_file');
  },
};

const noHealthTags: HealthTags = { of: async () => [], put: async () => undefined };

export function createUsers(parts: UsersParts): Users {
  const { database, auth, avatars = noAvatars, healthTags = noHealthTags } = parts;
  const accounts = createAccounts(parts);
  const figures = createFigures(database);
  const views = createViews({ ...parts, accounts, avatars, healthTags, figures });
  return {
    ...accounts,
    ...createDirectory({ isVouched: async () => false, ...parts }, views),
    ...createAdministration({ ...parts, accounts, views, avatars, healthTags, forgive: auth.guessing.forgive }),
    tags: createTags(database),
    follows: createFollows(database),
    figures,

    async avatarOf({ avatarFileId }) {
      return avatarFileId ? ((await avatars.urls([avatarFileId])).get(avatarFileId) ?? null) : null;
    },

    async profile(userId) {
      const user = await database.models.users.findByPk(userId);
      if (!user) throw new ApiError('not_found');
      return views.profile(user);
    },
  };
}
