/** Patients: who they are, what is written about them, and where they lie. */
import type { Files } from '../files/service.ts';
import type { Foundation } from '../foundation.ts';
import { healthProfileRoutes } from '../health-profiles/routes.ts';
import type { HealthProfiles } from '../health-profiles/service.ts';
import { admissionRoutes, wardRoutes } from '../inpatients/routes.ts';
import { createAdmissions } from '../inpatients/service.ts';
import { createWards } from '../inpatients/wards.ts';
import type { CareRelations } from '../patients/care-relations.ts';
import { patientRoutes } from '../patients/routes.ts';
import { createPatients } from '../patients/service.ts';
import { timelineSources } from '../patients/sources.ts';
import { createTimeline } from '../patients/timeline.ts';
import type { Practitioners } from '../practitioners/service.ts';
import { visitProfileRoutes } from '../profiles/routes.ts';
import { createProfiles } from '../profiles/service.ts';
import { createRecordAttachments } from '../records/attachments.ts';
import { createPrescriptionPort, createVisitPort } from '../records/links.ts';
import { createNestedRecords } from '../records/nested.ts';
import { recordAttachmentRoutes, recordHistoryRoutes, recordRoutes } from '../records/routes.ts';
import { createRecords } from '../records/service.ts';

interface PatientCareParts {
  files: Files;
  care: CareRelations;
  healthProfiles: HealthProfiles;
  practitioners: Practitioners;
}

export function createPatientCare(foundation: Foundation, { files, care, healthProfiles, practitioners }: PatientCareParts) {
  const { database, vault, audit } = foundation;
  const profiles = createProfiles(database, vault);
  const parts = { vault, audit, care, practitioners };
  const records = createRecords(database, { ...parts, visits: createVisitPort(database, practitioners) });
  const recordAttachments = createRecordAttachments(database, parts, files.own);
  const patients = createPatients(database, { ...parts, timeline: createTimeline(database, timelineSources(database, vault)) });
  const routes = [
    healthProfileRoutes(healthProfiles),
    visitProfileRoutes(profiles),
    recordRoutes(records, createNestedRecords(database, parts, createPrescriptionPort(database, vault))),
    recordHistoryRoutes(records),
    recordAttachmentRoutes(recordAttachments),
    admissionRoutes(createAdmissions(database, parts)),
    wardRoutes(createWards(database)),
    patientRoutes(patients),
  ];
  return { profiles, recordAttachments, patients, routes };
}
