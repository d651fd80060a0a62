/** Who did what: accesses to medical data, changing requests, changed rows, events of security. */
import type { Database } from '#src/database/database.ts';
import { createChain, findBreak, START } from './chain.ts';
import { createLogReaders, type LogReaders } from './logs.ts';
import type { MedicalAction } from './model.ts';

/** Who accesses; a `Caller` is one. */
export interface AuditActor {
  readonly userId: string;
  readonly requestId: string;
  readonly ip: string;
}

export interface MedicalAccess {
  /** User id of the patient. */
  patientId: string;
  objectType: string;
  objectId: string;
}

/** Sound, or the first row that does not fit and why. */
export interface Verdict {
  patientId: string;
  rows: number;
  broken: { seq: number; reason: string } | null;
}

export interface Audit extends LogReaders {
  /** Records an access to a patient's medical data. To be called inside the transaction of the access; reading opens one too. */
  medical(actor: AuditActor, action: MedicalAction, access: MedicalAccess): Promise<void>;
  /** Records an event of security. @param details without personal data */
  security(kind: string, fields: { userId?: string; ip?: string; requestId?: string; details?: Record<string, unknown> }): Promise<void>;
  /** How many events of each kind this process has recorded since its start, for the metrics. */
  securityCounts(): ReadonlyMap<string, number>;
  verify(patientId: string): Promise<Verdict>;
  /** Goes through every patient. @param broken called for each broken chain @returns how many chains there are */
  verifyAll(broken: (verdict: Verdict) => void): Promise<number>;
}

/** @param secret long-lived key material of the chain */
export function createAudit(database: Database, secret: string): Audit {
  const { models, transaction } = database;
  const chain = createChain(secret);
  const counts = new Map<string, number>();

  const verify = (patientId: string): Promise<Verdict> =>
    transaction(async () => {
      // Locked: an access that is recorded between the two reads would look like a broken end.
      const head = await models.medicalAuditHeads.findByPk(patientId, { lock: true });
      const rows = await models.medicalAudit.findAll({ where: { patientId }, order: ['seq'] });
      const links = rows.map((row) => row.get());
      return { patientId, rows: rows.length, broken: findBreak(chain, links, head?.get() ?? null) };
    });

  return {
    medical: (actor, action, { patientId, objectType, objectId }) =>
      transaction(async () => {
        const first = { patientId, seq: 0, hash: START, seal: chain.sealOf(patientId, 0, START) };
        // Not `ignoreDuplicates`: that takes a shared lock, and two who then want more than that deadlock.
        await models.medicalAuditHeads.bulkCreate([first], { updateOnDuplicate: ['patientId'] });
        // The lock on the head puts the accesses of one patient in a line; those of others do not wait.
        const head = await models.medicalAuditHeads.findByPk(patientId, { lock: true, rejectOnEmpty: true });
        const { userId: actorId, requestId, ip } = actor;
        const link = { patientId, seq: head.seq + 1, actorId, action, objectType, objectId, requestId, ip, createdAt: new Date() };
        const hash = chain.hashOf(head.hash, link);
        await models.medicalAudit.create({ ...link, hash });
        await models.medicalAuditHeads.update(
          { seq: link.seq, hash, seal: chain.sealOf(patientId, link.seq, hash) },
          { where: { patientId, seq: head.seq } },
        );
      }),

    security: (kind, { userId = null, ip = null, requestId = null, details = {} }: Nullable<Parameters<Audit['security']>[1]>) =>
      transaction(async () => {
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        await models.securityEvents.create({ kind, userId, ip, requestId, details: JSON.stringify(details) });
      }),
    securityCounts: () => counts,

    verify,

    async verifyAll(report) {
      const heads = await models.medicalAuditHeads.findAll({ attributes: ['patientId'] });
      // A chain whose head was deleted shows up by its rows.
      const rows = await models.medicalAudit.findAll({ attributes: ['patientId'], group: ['patientId'] });
      const patients = new Set([...heads, ...rows].map(({ patientId }) => patientId));
      for (const patientId of patients) {
        const verdict = await verify(patientId);
        if (verdict.broken) report(verdict);
      }
      return patients.size;
    },

    ...createLogReaders(database),
  };
}

type Nullable<T> = { [K in keyof T]?: T[K] | null };
