/** What prescriptions need of other modules. */
import type { PatientFacts } from '#src/medicines/check.ts';

export interface Prescriber {
  id: string;
  kind: 'doctor' | 'counselor';
  name: string;
  /** Approved and enabled. */
  bookable: boolean;
}

export interface PatientSheet {
  name: string;
  sex: 'male' | 'female' | null;
  /** `YYYY-MM-DD` */
  birthDate: string | null;
}

export interface PrescriptionPorts {
  practitionerOf(userId: string): Promise<Prescriber | undefined>;
  /** Whether they share an appointment, a visit or a record. */
  isPatientOf(doctorUserId: string, patientUserId: string): Promise<boolean>;
  /** Of a visit profile of this user, or of the user. @throws {ApiError} `not_found` when the profile is not theirs */
  sheetOf(patientUserId: string, profileId: string | null): Promise<PatientSheet>;
  factsOf(patientUserId: string, profileId: string | null): Promise<PatientFacts>;
}
