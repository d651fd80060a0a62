/** What follows a request: the copy is made, the person is erased. */
import { Op } from 'sequelize';
import type { Foundation } from '#src/foundation.ts';
import type { Files } from '#src/files/service.ts';
import { blockersOf } from './blockers.ts';
import { copyOf, type PaperPort } from './copying.ts';
import { type ErasingParts, erasePerson, sealIdentity } from './erasing.ts';
import type { RequestRow } from './model.ts';
import { createRetention } from './retention.ts';
import { zipOf } from './zip.ts';

export interface PrivacyJobs {
  /** Does a `privacy.export` row. Idempotent: a copy that a crash interrupted is made anew. */
  makeCopy(requestId: string): Promise<void>;
  /** Does a `privacy.erase` row, in the transaction that marks it done. Refuses while something is open. */
  erase(requestId: string): Promise<void>;
  /** Does a `privacy.retain` row: copies and held rows whose time is over. */
  retain(now?: Date): Promise<void>;
}

export interface JobParts extends Pick<Foundation, 'database' | 'vault' | 'auth' | 'signals' | 'audit' | 'outbox' | 'settings'> {
  files: Pick<Files, 'store' | 'open' | 'discard'>;
  prescriptions: PaperPort;
}

const DAY = 86_400_000;

export function createJobs(parts: JobParts): PrivacyJobs {
  const { database, audit, files, outbox, settings } = parts;
  const { privacyRequests } = database.models;
  const retention = createRetention(database, files);
  const tell = ({ id, userId }: RequestRow, kind: 'data.copy_ready' | 'data.erasure_refused') =>
    outbox.append('notification.send', { userId, kind, subjectType: 'privacy_request', subjectId: id });

  async function finishCopy(request: RequestRow, fileId: string): Promise<boolean> {
    const { id, userId, requestedBy } = request;
    const expiresAt = new Date(Date.now() + settings.get('privacy.copyDays') * DAY);
    const values = { state: 'ready', fileId, expiresAt, finishedAt: new Date(), openKey: null } as const;
    const [changed] = await privacyRequests.update(values, { where: { id, state: 'requested' } });
    if (changed === 0) return false;
    const actor = { userId: requestedBy, requestId: id, ip: '' };
    await audit.medical(actor, 'export', { patientId: userId, objectType: 'data_copy', objectId: id });
    await tell(request, 'data.copy_ready');
    return true;
  }

  return {
    async makeCopy(requestId) {
      const request = await privacyRequests.findOne({ where: { id: requestId, kind: 'export', state: 'requested' } });
      if (!request) return;
      const content = zipOf(copyOf(parts, request.userId));
      const { id: fileId } = await files.store({ ownerId: null, category: 'data-export', name: `${requestId}.zip`, content });
      const finished = await database.transaction(() => finishCopy(request, fileId));
      // Withdrawn meanwhile, or the person is erased.
      if (!finished) await database.transaction(() => files.discard([fileId]));
    },

    async erase(requestId) {
      const request = await privacyRequests.findOne({ where: { id: requestId, kind: 'erase', state: 'requested' }, lock: true });
      if (!request) return;
      const { id, userId } = request;
      const finishedAt = new Date();
      if ((await blockersOf(database, userId)).length > 0) {
        await request.update({ state: 'refused', openKey: null, finishedAt });
        await tell(request, 'data.erasure_refused');
        return;
      }
      const identitySealed = await sealIdentity(parts, id, userId);
      await takeCopiesAway(parts, userId);
      const tables = await erasePerson(parts, userId);
      await privacyRequests.update({ state: 'done', openKey: null, finishedAt, identitySealed, result: { tables } }, { where: { id } });
      await audit.security('privacy.erased', { userId, details: { request: id } });
    },

    async retain(now = new Date()) {
      await expireCopies(parts, now);
      await retention.run(now);
    },
  };
}

/** Takes away the copies that could be fetched until now. */
async function expireCopies({ database, files }: JobParts, now: Date): Promise<void> {
  const { privacyRequests } = database.models;
  const over = await privacyRequests.findAll({ where: { kind: 'export', state: 'ready', expiresAt: { [Op.lt]: now } } });
  for (const { id, fileId } of over) {
    await database.transaction(async () => {
      await privacyRequests.update({ state: 'expired', fileId: null }, { where: { id } });
      if (fileId) await files.discard([fileId]);
    });
  }
}

/** Copies of their data would outlive the person. */
async function takeCopiesAway({ database, files }: ErasingParts & Pick<JobParts, 'files'>, userId: string): Promise<void> {
  const copies = await database.models.privacyRequests.findAll({ where: { userId, kind: 'export', state: ['ready', 'requested'] } });
  for (const copy of copies) {
    if (copy.fileId) await files.discard([copy.fileId]);
    await copy.update({ state: copy.state === 'ready' ? 'expired' : 'withdrawn', fileId: null, openKey: null });
  }
}
