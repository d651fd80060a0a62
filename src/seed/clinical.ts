/** What came of a visit that took place: the record, what was prescribed, what the patient says of it; and who saw what. */
import { createChain, START } from '#src/audit/chain.ts';
import type { MedicalAction } from '#src/audit/model.ts';
import { dayNumber } from '#src/database/sequence.ts';
import { prescriptionContent, prescriptionReason } from '#src/prescriptions/model.ts';
import type { Content } from '#src/prescriptions/view.ts';
import { contentColumn } from '#src/records/model.ts';
import { type Condition, opinions, replies } from './catalogue.ts';
import { BY_SEED, DAY, HOUR, MINUTE, type SeedParts } from './plan.ts';
import type { Clinic } from './staff.ts';
import type { Sequences, Visit } from './visits.ts';

/** Takes accesses to medical data in the order of their times, and keeps the chain of each patient. */
export interface AuditTrail {
  note(patientId: string, at: number, access: { actorId: string; action: MedicalAction; objectType: string; objectId: string }): void;
  /** Writes the ends of the chains. */
  close(): void;
}

export function createTrail({ rows, secrets }: SeedParts): AuditTrail {
  const chain = createChain(secrets.blindIndex);
  const heads = new Map<string, { seq: number; hash: string }>();
  return {
    note(patientId, at, access) {
      const { seq, hash: previous } = heads.get(patientId) ?? { seq: 0, hash: START };
      const link = { patientId, seq: seq + 1, ...access, ...BY_SEED, createdAt: new Date(at) };
      const hash = chain.hashOf(previous, link);
      heads.set(patientId, { seq: link.seq, hash });
      rows.add('medicalAudit', { ...link, hash });
    },
    close() {
      for (const [patientId, { seq, hash }] of heads)
        rows.add('medicalAuditHeads', { patientId, seq, hash, seal: chain.sealOf(patientId, seq, hash) });
    },
  };
}

interface ClinicalParts {
  clinic: Clinic;
  trail: AuditTrail;
  sequences: Sequences;
}

/** @param consultationId of the visit by video */
export function addClinical(parts: SeedParts, around: ClinicalParts, visit: Visit, consultationId: string): void {
  if (visit.fate !== 'completed' || visit.completedAt === null) return;
  const { chance } = parts;
  const condition = chance.pick(visit.practitioner.conditions);
  if (chance.one(0.9)) addRecord(parts, around, visit, { condition, consultationId });
  if (!visit.practitioner.counselor && condition.medicines.length > 0 && chance.one(0.6))
    addPrescription(parts, around, visit, { condition, consultationId });
  if (chance.one(0.4)) addReview(parts, around, visit);
}

interface About {
  condition: Condition;
  consultationId: string;
}

const diagnosisOf = ({ icd: code, name }: Condition) => ({ system: 'ICD-10' as const, code, name, primary: true, suspected: false });

function addRecord({ rows, chance, vault }: SeedParts, { trail }: ClinicalParts, visit: Visit, { condition, consultationId }: About): void {
  const { patient, visitor, practitioner, service, completedAt, startedAt } = visit;
  const at = (completedAt ?? 0) + chance.between(0, 10) * MINUTE;
  const [id, versionId] = [chance.id(at), chance.id(at)];
  const createdAt = new Date(at);
  const adult = visit.startsAt - Date.parse(visitor.birthDate) > 18 * 366 * DAY;
  const pressure = { systolic: chance.between(108, 158), diastolic: chance.between(66, 98) };
  const content = {
    sections: [
      { key: 'chief_complaint' as const, text: condition.complaint },
      { key: 'present_illness' as const, text: condition.illness },
      ...(visitor.allergic ? [{ key: 'allergy_history' as const, text: '青霉素过敏' }] : []),
      { key: 'assessment' as const, text: condition.name },
      { key: 'advice' as const, text: condition.advice },
    ],
    vitals: { pulse: chance.between(60, adult ? 96 : 120), ...(adult && { bloodPressure: pressure }) },
    diagnoses: [diagnosisOf(condition)],
    medications: [],
  };
  const kind = practitioner.counselor ? 'counseling' : service.key === 'again' ? 'follow_up' : 'online';
  const authorUserId = practitioner.userId;
  rows.add('medicalRecords', {
    ...{ id, patientUserId: patient.userId, profileId: visitor.profileId, authorUserId, practitionerId: practitioner.id },
    ...{ consultationId, appointmentId: visit.id, kind, visitedAt: new Date(startedAt ?? at), version: 1 },
    ...{ createdAt, updatedAt: createdAt },
  });
  const contentSealed = contentColumn.seal(vault, versionId, content);
  rows.add('medicalRecordVersions', {
    id: versionId,
    recordId: id,
    version: 1,
    contentSealed,
    authorUserId,
    reasonSealed: null,
    createdAt,
  });
  trail.note(patient.userId, at, { actorId: authorUserId, action: 'create', objectType: 'medical_record', objectId: id });
}

const PENICILLINS = 'penicillins';

function itemsOf({ chance }: SeedParts, { medicines }: Clinic, { visitor }: Visit, { medicines: codes }: Condition): Content['items'] {
  return codes.flatMap((code) => {
    const found = medicines.get(code);
    if (!found || (visitor.allergic && (found.entry.ingredients as readonly string[]).includes(PENICILLINS))) return [];
    const { dose, doseUnit, frequency, name, specification, unit } = found.entry;
    const days = chance.pick([3, 5, 7, 14, 28]);
    const said = { dose, doseUnit, frequency, route: 'oral' as const, days, quantity: Math.max(1, Math.round(days / 14)) };
    return [{ medicineId: found.id, ...said, name, specification, unit }];
  });
}

function addPrescription(
  parts: SeedParts,
  { clinic, trail, sequences }: ClinicalParts,
  visit: Visit,
  { condition, consultationId }: About,
): void {
  const { rows, chance, vault, options, zone } = parts;
  const { patient, visitor, practitioner, completedAt } = visit;
  const items = itemsOf(parts, clinic, visit, condition);
  if (items.length === 0) return;
  const at = (completedAt ?? 0) - MINUTE;
  const id = chance.id(at);
  const day = dayNumber(new Date(at), zone);
  const waiting = at > options.at.getTime() - 12 * HOUR;
  const status = waiting ? 'submitted' : chance.weighted(DECISIONS);
  const decidedAt = status === 'submitted' ? null : Math.min(at + chance.between(5, 600) * MINUTE, options.at.getTime());
  const reviewerId = status === 'approved' || status === 'rejected' ? chance.pick(clinic.pharmacists) : null;
  const content: Content = { diagnoses: [diagnosisOf(condition)], items, warnings: [] };
  const step = (version: number, state: 'submitted' | 'approved' | 'rejected' | 'cancelled', actorId: string, time: number) => ({
    ...{ prescriptionId: id, version, status: state, actorId, createdAt: new Date(time) },
    reasonSealed: REASONS[state] ? vault.seal(prescriptionReason, id, REASONS[state]) : null,
  });
  rows.add('prescriptions', {
    ...{ id, prescriptionNo: `RX${day}${String(sequences.next(`prescription:${day}`)).padStart(4, '0')}` },
    ...{ patientId: patient.userId, profileId: visitor.profileId, practitionerId: practitioner.id, doctorId: practitioner.userId },
    ...{ consultationId, status, contentSealed: vault.seal(prescriptionContent, id, JSON.stringify(content)) },
    verifyCode: Buffer.from(chance.bytes(18)).toString('base64url'),
    ...{ reviewerId, reviewedAt: reviewerId ? new Date(decidedAt ?? at) : null, version: decidedAt === null ? 1 : 2 },
    ...{ createdAt: new Date(at), updatedAt: new Date(decidedAt ?? at) },
  });
  rows.add('prescriptionLog', step(1, 'submitted', practitioner.userId, at));
  const access = { objectType: 'prescription', objectId: id };
  trail.note(patient.userId, at, { actorId: practitioner.userId, action: 'create', ...access });
  if (status === 'submitted' || decidedAt === null) return;
  const actorId = reviewerId ?? practitioner.userId;
  rows.add('prescriptionLog', step(2, status, actorId, decidedAt));
  trail.note(patient.userId, decidedAt, { actorId, action: 'update', ...access });
}

const DECISIONS = [
  ['approved', 93],
  ['rejected', 4],
  ['cancelled', 3],
] as const;
const REASONS: Readonly<Record<string, string>> = { rejected: '用量与说明书不符，请核对', cancelled: '患者要求更换药物' };

function addReview({ rows, chance, options }: SeedParts, { clinic }: ClinicalParts, visit: Visit): void {
  const now = options.at.getTime();
  const at = (visit.completedAt ?? 0) + chance.between(5, 2_880) * MINUTE;
  if (at >= now) return;
  const rating = chance.weighted([
    ...([
      [5, 68],
      [4, 21],
      [3, 7],
      [2, 2],
      [1, 2],
    ] as const),
  ]);
  const id = chance.id(at);
  const repliedAt = at + chance.between(30, 1_440) * MINUTE;
  const reply = chance.one(0.3) && repliedAt < now ? chance.pick(replies) : null;
  rows.add('reviews', {
    ...{ id, appointmentId: visit.id, practitionerId: visit.practitioner.id, userId: visit.patient.userId, rating },
    ...{ text: chance.pick(opinions[rating] ?? []), hidden: rating === 1 && chance.one(0.2) },
    ...{ reply, repliedAt: reply === null ? null : new Date(repliedAt) },
    ...{ createdAt: new Date(at), updatedAt: new Date(reply === null ? at : repliedAt) },
  });
  const kind = chance.shuffled(clinic.tags.slice(0, -1)).slice(0, chance.between(0, 2));
  const chosen = rating >= 4 ? kind : clinic.tags.slice(-1);
  rows.add('reviewTagChoices', ...chosen.map((tagId) => ({ reviewId: id, tagId })));
}
