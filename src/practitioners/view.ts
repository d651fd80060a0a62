/** Practitioners as people see them. */
import { Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import type { Departments } from '#src/departments/service.ts';
import { toYuan } from '#src/money.ts';
import type { PhotoKind, PhotoRow, PractitionerRow } from './model.ts';
import type * as schemas from './schemas.ts';

export type PractitionerView = z.infer<typeof schemas.practitionerView>;
export type FullPractitionerView = z.infer<typeof schemas.fullPractitionerView>;

/** Photos that go with the public profile; the others are for the owner and for reviewers. */
export const PUBLIC_PHOTOS: readonly PhotoKind[] = ['avatar', 'other'];

type Urls = (fileIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export interface PractitionerViews {
  open(rows: readonly PractitionerRow[]): Promise<PractitionerView[]>;
  full(rows: readonly PractitionerRow[]): Promise<FullPractitionerView[]>;
  fullOf(row: PractitionerRow): Promise<FullPractitionerView>;
  /** Condition: approved, enabled, and so is the department. */
  bookable(): Promise<WhereAttributeHash<PractitionerRow>>;
}

/** @param urls addresses of files by their ids */
export function createViews(database: Database, departments: Pick<Departments, 'find' | 'enabledIds'>, urls: Urls): PractitionerViews {
  async function openView(row: PractitionerRow, specialities: string[], avatarUrl: string | null): Promise<PractitionerView> {
    const { id, userId, kind, name, title, introduction, price, enabled, reviewState } = row;
    const department = row.departmentId ? await departments.find(row.departmentId) : undefined;
    return {
      ...{ id, userId, kind, name, title, introduction, specialities },
      department: department ? { id: department.id, code: department.code, name: department.name } : null,
      qualifications: row.qualifications.map(({ name: what, issuer, issuedOn }) => ({ name: what, issuer, issuedOn })),
      price: price === null ? null : toYuan(price),
      avatarUrl,
      bookable: Boolean(enabled) && reviewState === 'approved' && (department?.enabled ?? true),
    };
  }

  async function open(rows: readonly PractitionerRow[]): Promise<PractitionerView[]> {
    const { specialities, photos, avatarUrls } = await loadOf(database, urls, rows);
    const tags = (id: string) => (specialities.get(id) ?? []).map(({ speciality }) => speciality);
    const avatar = (id: string) => photos.get(id)?.find(({ kind }) => kind === 'avatar')?.fileId ?? '';
    return Promise.all(rows.map((row) => openView(row, tags(row.id), avatarUrls.get(avatar(row.id)) ?? null)));
  }

  async function full(rows: readonly PractitionerRow[]): Promise<FullPractitionerView[]> {
    const views = await open(rows);
    const { photos } = await loadOf(database, urls, rows);
    return rows.map((row, i) => ({
      ...(views[i] as PractitionerView),
      qualifications: row.qualifications,
      photos: (photos.get(row.id) ?? []).map(photoView),
      enabled: Boolean(row.enabled),
      reviewState: row.reviewState,
      version: row.version,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    }));
  }

  return {
    open,
    full,
    fullOf: async (row) => (await full([row]))[0] as FullPractitionerView,
    async bookable() {
      const enabled = await departments.enabledIds();
      return { enabled: true, reviewState: 'approved', departmentId: { [Op.or]: [{ [Op.is]: null }, { [Op.in]: enabled }] } };
    },
  };
}

/** What belongs to some practitioners, by their ids. */
async function loadOf({ models }: Database, urls: Urls, rows: readonly PractitionerRow[]) {
  const practitionerId = rows.map(({ id }) => id);
  const specialities = await models.specialities.findAll({ where: { practitionerId }, order: ['speciality'] });
  const photos = await models.practitionerPhotos.findAll({ where: { practitionerId }, order: [['id', 'DESC']] });
  const avatars = photos.filter(({ kind }) => kind === 'avatar').map(({ fileId }) => fileId);
  return {
    specialities: Map.groupBy(specialities, (one) => one.practitionerId),
    photos: Map.groupBy(photos, (one) => one.practitionerId),
    avatarUrls: avatars.length > 0 ? await urls(avatars) : new Map<string, string>(),
  };
}

export const photoView = ({ id, kind, fileId, createdAt }: PhotoRow): z.infer<typeof schemas.photoView> => ({
  ...{ id, kind, fileId },
  createdAt: createdAt.toISOString(),
});
