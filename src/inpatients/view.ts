/** Stays in hospital as people see them. */
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { type AdmissionRow, notesColumn } from './model.ts';
import type * as schemas from './schemas.ts';

export type AdmissionHead = z.infer<typeof schemas.admissionHead>;

export async function headsOf({ models }: Database, rows: readonly AdmissionRow[]): Promise<AdmissionHead[]> {
  const byId = <T extends { id: string }>(found: readonly T[]) => new Map(found.map((one) => [one.id, one]));
  const beds = byId(await models.beds.findAll({ where: { id: rows.map(({ bedId }) => bedId) } }));
  const wards = byId(await models.wards.findAll({ where: { id: [...beds.values()].map(({ wardId }) => wardId) } }));
  const attending = byId(
    await models.practitioners.findAll({ where: { id: rows.map(({ attendingId }) => attendingId) }, attributes: ['id', 'name'] }),
  );
  const users = byId(
    await models.users.findAll({ where: { id: rows.map(({ patientUserId }) => patientUserId) }, attributes: ['id', 'name'] }),
  );
  const profileIds = rows.flatMap(({ profileId }) => (profileId ? [profileId] : []));
  const profiles = byId(await models.visitProfiles.findAll({ where: { id: profileIds }, attributes: ['id', 'name'] }));
  return rows.map((row) => {
    const { id, admissionNo, patientUserId, profileId, bedId, attendingId, state, version } = row;
    const bed = beds.get(bedId);
    const ward = bed && wards.get(bed.wardId);
    const person = (profileId && profiles.get(profileId)) || users.get(patientUserId);
    return {
      ...{ id, admissionNo, profileId, state, version },
      patient: { id: patientUserId, name: person?.name ?? '' },
      ward: { id: ward?.id ?? '', code: ward?.code ?? '', name: ward?.name ?? '' },
      bed: { id: bedId, label: bed?.label ?? '' },
      attending: { id: attendingId, name: attending.get(attendingId)?.name ?? '' },
      admittedAt: row.admittedAt.toISOString(),
      dischargedAt: row.dischargedAt?.toISOString() ?? null,
    };
  });
}

export async function admissionViewOf(database: Database, vault: Vault, row: AdmissionRow): Promise<z.infer<typeof schemas.admissionView>> {
  const [head] = await headsOf(database, [row]);
  return { ...(head as AdmissionHead), ...notesColumn.open(vault, row.id, row.notesSealed) };
}
