/** What files may be, by their purpose. */

const uploadedKinds = ['image', 'video', 'audio', 'document', 'imaging'] as const;
export const fileKinds = [...uploadedKinds, 'archive'] as const;
/** `imaging`: DICOM; `archive`: ZIP, which only the server makes. */
export type FileKind = (typeof fileKinds)[number];

export const accessRules = ['private', 'role', 'related', 'public'] as const;
/**
 * Who may read a file besides its owner: nobody, holders of a role, whom the object that it belongs to lets, everybody. What an object
 * says about its files comes first: a hidden profile hides its public photo.
 */
export type AccessRule = (typeof accessRules)[number];

const MB = 1_048_576;

/** Largest file in bytes. */
export const maxBytes: Record<FileKind, number> = {
  ...{ image: 20 * MB, document: 20 * MB, audio: 50 * MB },
  ...{ video: 100 * MB, imaging: 100 * MB, archive: 4_096 * MB },
};

export const fileStates = ['active', 'withheld', 'deleted'] as const;
/** `withheld`: taken out of use by the clinic; the content is there and nobody gets it. `deleted`: the content is gone, or soon will be. */
export type FileState = (typeof fileStates)[number];

interface Category {
  readonly kinds: readonly FileKind[];
  readonly access: AccessRule;
  /** Encrypted at rest. */
  readonly sealed: boolean;
  /** Instead of what files of the kind may have. */
  readonly maxBytes?: number;
  /** Larger images are made smaller, in pixels. */
  readonly maxEdge?: number;
}

export const categories = {
  avatar: { kinds: ['image'], access: 'public', sealed: false, maxEdge: 1_024 },
  licence: { kinds: ['image', 'document'], access: 'related', sealed: true },
  'id-photo': { kinds: ['image'], access: 'related', sealed: true },
  'record-attachment': { kinds: uploadedKinds, access: 'related', sealed: true },
  // People keep findings and letters here as well.
  document: { kinds: ['image', 'video', 'audio', 'document'], access: 'private', sealed: true },
  /** Made by the server: a copy of all that is kept about somebody. */
  'data-export': { kinds: ['archive'], access: 'related', sealed: true },
  /** Made by the server: what was recorded of a visit, and the film of it. */
  recording: { kinds: ['video', 'audio'], access: 'related', sealed: true, maxBytes: 8_192 * MB },
} as const satisfies Record<string, Category>;

export type FileCategory = keyof typeof categories;
export const categoryNames = Object.keys(categories) as [FileCategory, ...FileCategory[]];
/** What people upload. */
export const uploadCategories = categoryNames.filter((name) => name !== 'data-export' && name !== 'recording') as [
  FileCategory,
  ...FileCategory[],
];
export const categoryOf = (name: FileCategory): Category => categories[name];
/** Whose contents are encrypted. */
export const sealedCategories = categoryNames.filter((name) => categories[name].sealed);
