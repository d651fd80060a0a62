/** Electronic prescriptions: issued by approved doctors, valid once a pharmacist has approved them (RX-01..05). */
import { randomBytes } from 'node:crypto';
import { literal } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { dayNumber, nextOf } from '#src/database/sequence.ts';
import { ApiError } from '#src/errors.ts';
import type { Hit } from '#src/medicines/check.ts';
import type { Medicines } from '#src/medicines/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Settings } from '#src/settings/service.ts';
import { prescriptionContent, prescriptionReason, type PrescriptionRow, type PrescriptionStatus } from './model.ts';
import type { PrescriptionPorts } from './ports.ts';
import { createReading, type PrescriptionReading } from './reading.ts';
import type * as schemas from './schemas.ts';
import type { Content } from './view.ts';

type View = z.infer<typeof schemas.prescriptionView>;
type New = z.infer<typeof schemas.newPrescription>;

/** Methods on one prescription throw `ApiError` `not_found` when the caller may not know of it. */
export interface Prescriptions extends PrescriptionReading {
  /** What speaks against a draft. @throws {ApiError} `not_your_patient`, `unknown_medicine` */
  check(caller: Caller, draft: z.infer<typeof schemas.draft>): Promise<z.infer<typeof schemas.verdict>>;
  /**
   * Issues a prescription: it waits for a pharmacist.
   * @throws {ApiError} `not_approved` (the doctor), `not_your_patient`, `unknown_medicine`, `contraindicated` with the hits,
   *   `warnings_not_accepted` with the hits
   */
  create(caller: Caller, input: New): Promise<View>;
  /** A pharmacist decides. @throws {ApiError} `conflict` when it was decided, cancelled or changed meanwhile, `own_prescription` */
  review(caller: Caller, id: string, decision: z.infer<typeof schemas.review>): Promise<View>;
  /** Its doctor takes it back. @throws {ApiError} `conflict` */
  cancel(caller: Caller, id: string, input: z.infer<typeof schemas.cancellation>): Promise<View>;
}

export interface PrescriptionParts {
  database: Database;
  vault: Vault;
  audit: Audit;
  outbox: Outbox;
  settings: Settings;
  medicines: Medicines;
  ports: PrescriptionPorts;
}

/** From each state into which others. */
const STEPS: Record<'approved' | 'rejected' | 'cancelled', readonly PrescriptionStatus[]> = {
  approved: ['submitted'],
  rejected: ['submitted'],
  cancelled: ['submitted', 'approved'],
};

export function createPrescriptions(parts: PrescriptionParts): Prescriptions {
  const { database, audit, ports } = parts;
  const { transaction } = database;
  const reading = createReading(parts);

  const hits = (input: Pick<New, 'patientId' | 'profileId' | 'items'>) => findHits(parts, input);
  async function ownPatient(caller: Caller, patientId: string): Promise<void> {
    if (!(await ports.isPatientOf(caller.userId, patientId))) throw new ApiError('not_your_patient');
  }

  return {
    ...reading,

    async check(caller, draft) {
      await ownPatient(caller, draft.patientId);
      const found = (await hits(draft)).hits;
      return { hits: found.map(hitView), blocked: found.some(({ severity }) => severity === 'severe') };
    },

    async create(caller, input) {
      const prescriber = await ports.practitionerOf(caller.userId);
      if (prescriber?.kind !== 'doctor' || !prescriber.bookable) throw new ApiError('not_approved');
      await ownPatient(caller, input.patientId);
      await ports.sheetOf(input.patientId, input.profileId);
      const found = await hits(input);
      refuse(found.hits, input.acceptWarnings);
      const items = input.items.map((item) => ({ ...item, ...described(found.medicines.get(item.medicineId)) }));
      const id = await transaction(() =>
        issue(parts, caller, prescriber.id, input, { diagnoses: input.diagnoses, items, warnings: found.hits }),
      );
      return reading.get(caller, id);
    },

    async review(caller, id, decision) {
      const row = await reading.row(id);
      if (row.doctorId === caller.userId) throw new ApiError('own_prescription');
      const reason = decision.decision === 'reject' ? decision.reason : null;
      await transaction(async () => {
        const to = decision.decision === 'approve' ? 'approved' : 'rejected';
        await step(parts, caller, row, to, decision.version, reason, { reviewerId: caller.userId, reviewedAt: new Date() });
        await audit.medical(caller, 'update', { patientId: row.patientId, objectType: 'prescription', objectId: id });
        await announce(parts, caller, row, `prescription.${to}`);
      });
      return reading.get(caller, id);
    },

    async cancel(caller, id, { version, reason }) {
      const row = await reading.row(id);
      if (row.doctorId !== caller.userId) throw new ApiError('not_found');
      await transaction(async () => {
        await step(parts, caller, row, 'cancelled', version, reason, {});
        // Of one that no pharmacist has approved the patient has never heard.
        if (row.status === 'approved') await announce(parts, caller, row, 'prescription.cancelled');
        await audit.medical(caller, 'update', { patientId: row.patientId, objectType: 'prescription', objectId: id });
      });
      return reading.get(caller, id);
    },
  };
}

async function findHits({ medicines: catalogue, ports }: PrescriptionParts, input: Pick<New, 'patientId' | 'profileId' | 'items'>) {
  const medicines = await catalogue.byIds(input.items.map(({ medicineId }) => medicineId));
  const facts = await ports.factsOf(input.patientId, input.profileId);
  return { medicines, hits: await catalogue.check([...medicines.values()], facts) };
}

/** @throws {ApiError} `contraindicated`, `warnings_not_accepted` */
function refuse(hits: readonly Hit[], acceptWarnings: boolean): void {
  if (hits.some(({ severity }) => severity === 'severe')) throw new ApiError('contraindicated', { details: hits });
  if (hits.length > 0 && !acceptWarnings) throw new ApiError('warnings_not_accepted', { details: hits });
}

const hitView = (hit: Hit): z.infer<typeof schemas.hit> => ({ ...hit, medicineIds: [...hit.medicineIds] });

/** As it is called today: the paper must not change with the catalogue. */
function described(medicine: { name: string; specification: string; unit: string } | undefined) {
  const { name = '', specification = '', unit = '' } = medicine ?? {};
  return { name, specification, unit };
}

async function issue(parts: PrescriptionParts, caller: Caller, practitionerId: string, input: New, content: Content): Promise<string> {
  const { database, vault, audit, settings } = parts;
  const { patientId, profileId, consultationId } = input;
  const id = uuid();
  const now = new Date();
  await audit.medical(caller, 'create', { patientId, objectType: 'prescription', objectId: id });
  const day = dayNumber(now, settings.get('clinic.zone'));
  const number = await nextOf(database, `prescription:${day}`);
  await database.models.prescriptions.create({
    ...{ id, patientId, profileId, practitionerId, doctorId: caller.userId, consultationId },
    prescriptionNo: `RX${day}${String(number).padStart(4, '0')}`,
    status: 'submitted',
    contentSealed: vault.seal(prescriptionContent, id, JSON.stringify(content)),
    verifyCode: randomBytes(18).toString('base64url'),
    version: 1,
  });
  await database.models.prescriptionLog.create({
    prescriptionId: id,
    version: 1,
    status: 'submitted',
    actorId: caller.userId,
    reasonSealed: null,
  });
  return id;
}

/** @throws {ApiError} `conflict` when the prescription is not at this version or not in a state that allows the step */
async function step(
  { database: { models }, vault }: PrescriptionParts,
  caller: Caller,
  { id }: PrescriptionRow,
  to: keyof typeof STEPS,
  version: number,
  reason: string | null,
  values: Partial<Pick<PrescriptionRow, 'reviewerId' | 'reviewedAt'>>,
): Promise<void> {
  const next = { ...values, status: to, version: literal('version + 1') as unknown as number };
  const [changed] = await models.prescriptions.update(next, { where: { id, version, status: [...STEPS[to]] } });
  if (changed === 0) throw new ApiError('conflict');
  const reasonSealed = reason === null ? null : vault.seal(prescriptionReason, id, reason);
  await models.prescriptionLog.create({ prescriptionId: id, version: version + 1, status: to, actorId: caller.userId, reasonSealed });
}

type Announced = 'prescription.approved' | 'prescription.rejected' | 'prescription.cancelled';

/** The patient learns of what concerns them, the doctor of what the pharmacist said. */
async function announce({ outbox }: PrescriptionParts, { requestId }: Caller, row: PrescriptionRow, kind: Announced): Promise<void> {
  const subject = { kind, subjectType: 'prescription', subjectId: row.id } as const;
  const readers = {
    'prescription.approved': [row.patientId, row.doctorId],
    'prescription.rejected': [row.doctorId],
    'prescription.cancelled': [row.patientId],
  };
  for (const userId of readers[kind])
    await outbox.append('notification.send', { userId, ...subject }, { requestId, aggregate: `prescription:${row.id}` });
}
