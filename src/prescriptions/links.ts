/** What prescriptions need of other modules, and what those are told of prescriptions. */
import type { Database } from '#src/database/database.ts';
import type { HealthProfiles } from '#src/health-profiles/service.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { CareRelations } from '#src/patients/care-relations.ts';
import { createLookup } from '#src/practitioners/lookup.ts';
import type { Profiles } from '#src/profiles/service.ts';
import { ApiError } from '#src/errors.ts';
import type { PrescriptionPorts } from './ports.ts';
import type { Prescriptions } from './service.ts';

interface Neighbours {
  care: Pick<CareRelations, 'isPatientOf'>;
  profiles: Pick<Profiles, 'own'>;
  healthProfiles: Pick<HealthProfiles, 'factsOf'>;
}

export function createPrescriptionPorts(database: Database, { care, profiles, healthProfiles }: Neighbours): PrescriptionPorts {
  const lookup = createLookup(database);
  return {
    practitionerOf: lookup.byUser,
    isPatientOf: care.isPatientOf,

    async sheetOf(userId, profileId) {
      if (profileId) {
        const { name, sex, birthDate } = await profiles.own(userId, profileId);
        return { name, sex: sex === 'unknown' ? null : sex, birthDate };
      }
      const user = await database.models.users.findByPk(userId, { attributes: ['name'] });
      if (!user) throw new ApiError('not_found');
      return { name: user.name, sex: null, birthDate: null };
    },

    async factsOf(userId, profileId) {
      // The health profile is the account holder's: it says nothing of a relative.
      const own = profileId === null || (await profiles.own(userId, profileId)).relationship === 'self';
      if (!own) return { allergies: [], conditions: [] };
      const { allergies, allergyInfo, chronicDiseases } = await healthProfiles.factsOf(userId);
      return {
        allergies: [...allergies.map(({ substance }) => substance), ...(allergyInfo ? [allergyInfo] : [])],
        conditions: chronicDiseases.flatMap(({ name, note }) => (note ? [name, note] : [name])),
      };
    },
  };
}

/** What a notification about a prescription says. */
export function describePrescriptions(notifications: Pick<Notifications, 'describe'>, prescriptions: Pick<Prescriptions, 'tell'>): void {
  notifications.describe('prescription', async (id) => {
    const { doctorName, reason } = await prescriptions.tell(id);
    return { practitioner: doctorName, reason: reason ?? '—', path: `/prescriptions/${id}` };
  });
}
