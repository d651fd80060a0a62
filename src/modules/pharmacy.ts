/** Medicines, prescriptions, and the templates that they are written from. */
import type { Foundation } from '../foundation.ts';
import type { HealthProfiles } from '../health-profiles/service.ts';
import { medicineRoutes } from '../medicines/routes.ts';
import { createMedicines } from '../medicines/service.ts';
import type { Notifications } from '../notifications/service.ts';
import type { CareRelations } from '../patients/care-relations.ts';
import { createPrescriptionPorts, describePrescriptions } from '../prescriptions/links.ts';
import { prescriptionRoutes } from '../prescriptions/routes.ts';
import { createPrescriptions } from '../prescriptions/service.ts';
import type { Profiles } from '../profiles/service.ts';
import { templateRoutes } from '../templates/routes.ts';
import { createTemplates } from '../templates/service.ts';

interface PharmacyParts {
  care: CareRelations;
  profiles: Profiles;
  healthProfiles: HealthProfiles;
  notifications: Notifications;
  publicUrl: () => string;
}

export function createPharmacy(foundation: Foundation, { care, profiles, healthProfiles, notifications, publicUrl }: PharmacyParts) {
  const { database, signals } = foundation;
  const medicines = createMedicines(database, signals);
  const ports = createPrescriptionPorts(database, { care, profiles, healthProfiles });
  const prescriptions = createPrescriptions({ ...foundation, medicines, ports });
  describePrescriptions(notifications, prescriptions);
  const routes = [
    medicineRoutes(medicines),
    prescriptionRoutes(prescriptions, () => `${publicUrl()}/prescription-proofs`),
    templateRoutes(createTemplates(database, prescriptions)),
  ];
  return { medicines, prescriptions, routes };
}
