/** What records need of modules that stand on them. */

export interface VisitPort {
  /** Whose appointment it is; undefined when there is none with this id. */
  appointment(id: string): Promise<{ patientUserId: string; practitionerUserId: string } | undefined>;
}

export interface PrescriptionSummary {
  id: string;
  prescriptionNo: string;
  status: string;
  issuedAt: Date;
  items: unknown[];
}

export interface PrescriptionPort {
  /** Prescriptions of a visit or an appointment, oldest first. */
  ofVisit(visit: { patientUserId: string; consultationId: string | null; appointmentId: string | null }): Promise<PrescriptionSummary[]>;
}

/** Checks a file before it is attached. @throws {ApiError} `unknown_file` unless this user uploaded it */
export type CheckFile = (fileId: string, ownerId: string) => Promise<void>;
