/**
 * The business modules. Each file of `modules/` builds those of one part of the clinic: a service there, its line among the
 * routes, and what others need of it in what the function returns. What one part needs of another it is given here.
 */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { appointmentCare } from './appointments/links.ts';
import { relateFiles } from './files/uses.ts';
import type { Foundation } from './foundation.ts';
import { createHealthProfiles, type HealthProfiles } from './health-profiles/service.ts';
import { createBooking } from './modules/booking.ts';
import { createFirstPages } from './modules/first-pages.ts';
import { createIdentity } from './modules/identity.ts';
import { createPatientCare } from './modules/patient-care.ts';
import { createPharmacy } from './modules/pharmacy.ts';
import { createPractice } from './modules/practice.ts';
import { createPrivacy } from './modules/privacy.ts';
import type { Surroundings } from './modules/surroundings.ts';
import { createSystem } from './modules/system.ts';
import { createTelling } from './modules/telling.ts';
import { createTill } from './modules/till.ts';
import { createVisits } from './modules/visits.ts';
import { createCareRelations } from './patients/care-relations.ts';
import type { AvailabilityPort } from './practitioners/ports.ts';
import type { HealthTags } from './users/ports.ts';

/** Every service that something outside of the modules may ask for. */
export type Modules = ReturnType<typeof createModules>;

export function createModules(foundation: Foundation, surroundings: Surroundings) {
  const { database } = foundation;
  const { files, publicUrl } = surroundings;
  const telling = createTelling(foundation, surroundings, { contactOf: (userId) => identity.users.contactOf(userId) });
  const { notifications } = telling;
  const care = createCareRelations(database, [appointmentCare]);
  const identity = createIdentity(foundation, notifications, { files, care, healthTags: tagsIn(() => healthProfiles), publicUrl });
  const healthProfiles = createHealthProfiles(database, { ...foundation, care });
  const availability: AvailabilityPort = { freeBetween: (from, to) => booking.scheduling.finding.freeBetween(from, to) };
  const history = { visitsOf: care.visitsOf, tagsOf: healthProfiles.tagsOf };
  const practice = createPractice(foundation, notifications, files, { history, availability });
  const patients = createPatientCare(foundation, { files, care, healthProfiles, practitioners: practice.practitioners });
  relateFiles(files, practice.practitionerPhotos, patients.recordAttachments);
  const till = createTill(foundation, notifications, publicUrl);
  const booking = createBooking(foundation, { ...till, notifications, profiles: patients.profiles, publicUrl });
  const visits = createVisits(foundation, surroundings, { ...booking, notifications, files });
  const pharmacy = createPharmacy(foundation, { care, profiles: patients.profiles, healthProfiles, notifications, publicUrl });
  const privacy = createPrivacy(foundation, { ...pharmacy, files, notifications, publicUrl });
  const system = createSystem(foundation, surroundings, files);
  const firstPages = createFirstPages({ ...foundation, ...identity, ...telling, ...visits, ...till });
  const parts = [identity, telling, practice, patients, till, booking, visits, pharmacy, privacy, system, firstPages];
  /** Routes below `/api/v1`. */
  const routes: FastifyPluginAsyncZod[] = parts.flatMap((part): FastifyPluginAsyncZod[] => part.routes);
  return {
    ...identity,
    ...telling,
    ...practice,
    ...patients,
    ...till,
    ...booking,
    ...visits,
    ...pharmacy,
    ...privacy,
    ...system,
    care,
    files,
    healthProfiles,
    routes,
  };
}

/** People's own tags; they are kept with their health profiles, which are built later. */
const tagsIn = (profiles: () => HealthProfiles): HealthTags => ({
  of: (userId) => profiles().tagsOf(userId),
  put: (caller, tags) => profiles().putTags(caller, caller.userId, [...tags]),
});
