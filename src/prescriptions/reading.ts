/** Prescriptions as their patient, their doctor and pharmacists see them. */
import type { WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import { maskName } from '#src/crypto/masks.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { prescriptionContent, prescriptionReason, type PrescriptionRow } from './model.ts';
import { prescriptionPdf } from './pdf.ts';
import type * as schemas from './schemas.ts';
import type { PrescriptionParts } from './service.ts';
import type { Content } from './view.ts';

export interface PrescriptionReading {
  get(caller: Caller, id: string): Promise<z.infer<typeof schemas.prescriptionView>>;
  /** Newest first; own ones, or all for pharmacists. Reading a list of all leaves no trace; opening one does. */
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>>;
  /** The paper. @param verifyUrl address for the QR code, without the code @throws {ApiError} `not_approved_yet` */
  pdf(caller: Caller, id: string, verifyUrl: string): Promise<{ name: string; bytes: Buffer }>;
  /** The paper for the server itself, without asking who wants it. @throws {ApiError} `not_found`, `not_approved_yet` */
  paper(id: string, verifyUrl: string): Promise<{ name: string; bytes: Buffer }>;
  /** What anybody who holds the paper may know. @throws {ApiError} `not_found` */
  proof(code: string): Promise<z.infer<typeof schemas.proof>>;
  /** For notifications. @throws {ApiError} `not_found` */
  tell(id: string): Promise<{ doctorName: string; reason: string | null }>;
  /** For this module. @throws {ApiError} `not_found` */
  row(id: string): Promise<PrescriptionRow>;
}

export function createReading(parts: PrescriptionParts): PrescriptionReading {
  const { models } = parts.database;

  async function row(id: string): Promise<PrescriptionRow> {
    const found = await models.prescriptions.findByPk(id);
    if (!found) throw new ApiError('not_found');
    return found;
  }
  /** @throws {ApiError} `not_found` unless it is the caller's own or the caller reviews */
  async function visible(caller: Caller, id: string): Promise<PrescriptionRow> {
    const found = await row(id);
    const own = found.patientId === caller.userId || found.doctorId === caller.userId;
    if (!own && !caller.can('prescriptions:review')) throw new ApiError('not_found');
    return found;
  }

  return {
    row,
    get: async (caller, id) => view(parts, caller, await visible(caller, id)),
    list: (caller, query) => list(parts, caller, query),

    async tell(id) {
      const found = await row(id);
      return { doctorName: (await nameOf(parts, found.doctorId)) ?? '', reason: await lastReason(parts, found) };
    },

    async pdf(caller, id, verifyUrl) {
      const found = await visible(caller, id);
      // Before it is noted: nothing was read.
      if (found.status !== 'approved') throw new ApiError('not_approved_yet');
      await noteReading(parts, caller, found);
      return paper(parts, found, verifyUrl);
    },
    paper: async (id, verifyUrl) => paper(parts, await row(id), verifyUrl),

    async proof(code) {
      const found = await models.prescriptions.findOne({ where: { verifyCode: code } });
      if (!found) throw new ApiError('not_found');
      const { prescriptionNo, status } = found;
      return {
        prescriptionNo,
        status,
        valid: status === 'approved',
        patient: maskName((await parts.ports.sheetOf(found.patientId, found.profileId)).name),
        doctor: (await nameOf(parts, found.doctorId)) ?? '',
        items: contentOf(parts, found).items.length,
        issuedAt: found.createdAt.toISOString(),
        reviewedAt: found.reviewedAt?.toISOString() ?? null,
      };
    },
  };
}

const contentOf = ({ vault }: PrescriptionParts, { id, contentSealed }: PrescriptionRow) =>
  JSON.parse(vault.open(prescriptionContent, id, contentSealed)) as Content;

async function nameOf({ database: { models } }: PrescriptionParts, userId: string | null | undefined): Promise<string | null> {
  return userId ? ((await models.users.findByPk(userId, { attributes: ['name'] }))?.name ?? null) : null;
}

/** Why the last step was taken. */
async function lastReason({ database: { models }, vault }: PrescriptionParts, { id, version }: PrescriptionRow): Promise<string | null> {
  const sealed = (await models.prescriptionLog.findOne({ where: { prescriptionId: id, version } }))?.reasonSealed;
  return sealed ? vault.open(prescriptionReason, id, sealed) : null;
}

const noteReading = ({ audit }: PrescriptionParts, caller: Caller, { id, patientId }: PrescriptionRow): Promise<void> =>
  audit.medical(caller, 'read', { patientId, objectType: 'prescription', objectId: id });

/** @throws {ApiError} `not_approved_yet` */
async function paper(parts: PrescriptionParts, found: PrescriptionRow, verifyUrl: string): Promise<{ name: string; bytes: Buffer }> {
  if (found.status !== 'approved') throw new ApiError('not_approved_yet');
  const { prescriptionNo, patientId, profileId, doctorId, reviewerId, reviewedAt, createdAt, verifyCode } = found;
  const bytes = await prescriptionPdf({
    ...contentOf(parts, found),
    prescriptionNo,
    doctorName: (await nameOf(parts, doctorId)) ?? '',
    reviewerName: await nameOf(parts, reviewerId),
    reviewedAt: reviewedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    sheet: await parts.ports.sheetOf(patientId, profileId),
    clinic: parts.settings.get('clinic.name'),
    zone: parts.settings.get('clinic.zone'),
    verifyUrl: `${verifyUrl}/${verifyCode}`,
  });
  return { name: `${prescriptionNo}.pdf`, bytes };
}

/** Leaves a trace in the patient's audit. */
async function view(parts: PrescriptionParts, caller: Caller, found: PrescriptionRow): Promise<z.infer<typeof schemas.prescriptionView>> {
  const { id, prescriptionNo, status, patientId, profileId, doctorId, consultationId, version } = found;
  await noteReading(parts, caller, found);
  const { diagnoses, items, warnings } = contentOf(parts, found);
  return {
    ...{ id, prescriptionNo, status, patientId, profileId, doctorId, consultationId, version },
    patientName: (await parts.ports.sheetOf(patientId, profileId)).name,
    doctorName: (await nameOf(parts, doctorId)) ?? '',
    diagnoses: [...diagnoses],
    items: [...items],
    warnings: warnings.map((hit) => ({ ...hit, medicineIds: [...hit.medicineIds] })),
    reviewerName: await nameOf(parts, found.reviewerId),
    reviewedAt: found.reviewedAt?.toISOString() ?? null,
    reason: await lastReason(parts, found),
    createdAt: found.createdAt.toISOString(),
  };
}

async function list(
  { database: { models }, ports }: PrescriptionParts,
  caller: Caller,
  query: z.infer<typeof schemas.query>,
): Promise<z.infer<typeof schemas.list>> {
  const asked = Object.entries({
    status: query.status,
    patientId: query.patientId,
    doctorId: query.doctorId,
    prescriptionNo: query.prescriptionNo,
  });
  const where: WhereAttributeHash = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
  if (!caller.can('prescriptions:review')) Object.assign(where, ownRows(caller, where));
  const { rows, count } = await models.prescriptions.findAndCountAll({
    where,
    order: orderOf(query.sort),
    ...slice(query),
  });
  const people = await models.users.findAll({ where: { id: rows.flatMap(({ doctorId }) => [doctorId]) }, attributes: ['id', 'name'] });
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const items = await Promise.all(
    rows.map(async ({ id, prescriptionNo, status, patientId, profileId, doctorId, version, createdAt }) => ({
      ...{ id, prescriptionNo, status, patientId, doctorId, version, createdAt: createdAt.toISOString() },
      patientName: (await ports.sheetOf(patientId, profileId)).name,
      doctorName: names.get(doctorId) ?? '',
    })),
  );
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
}

/** A patient sees their own, a doctor those that they wrote: by the filter that the caller gave, else by what they may do. */
function ownRows(caller: Caller, where: WhereAttributeHash): WhereAttributeHash {
  const asDoctor = caller.can('prescriptions:write') && where['patientId'] !== caller.userId;
  return asDoctor ? { doctorId: caller.userId } : { patientId: caller.userId };
}
