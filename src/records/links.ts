/** What records read of appointments and prescriptions. */
import { z } from 'zod';
import { sealedValue } from '#src/crypto/sealed-value.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import { prescriptionContent } from '#src/prescriptions/model.ts';
import type { PrescriptionPort, VisitPort } from './ports.ts';

const prescribed = sealedValue(prescriptionContent, z.looseObject({ items: z.array(z.unknown()) }));

export function createVisitPort({ models }: Database, practitioners: Pick<PractitionerLookup, 'byId'>): VisitPort {
  return {
    async appointment(id) {
      const row = await models.appointments.findByPk(id, { attributes: ['userId', 'practitionerId', 'status'] });
      if (!row || row.status === 'cancelled') return undefined;
      const practitioner = await practitioners.byId(row.practitionerId);
      return practitioner && { patientUserId: row.userId, practitionerUserId: practitioner.userId };
    },
  };
}

/** Prescriptions name the visit that they were written in, or none. */
export function createPrescriptionPort({ models }: Database, vault: Vault): PrescriptionPort {
  return {
    async ofVisit({ patientUserId, consultationId }) {
      if (consultationId === null) return [];
      const rows = await models.prescriptions.findAll({ where: { patientId: patientUserId, consultationId }, order: ['id'] });
      return rows.map(({ id, prescriptionNo, status, createdAt, contentSealed }) => ({
        ...{ id, prescriptionNo, status, issuedAt: createdAt },
        items: prescribed.open(vault, id, contentSealed).items,
      }));
    },
  };
}
