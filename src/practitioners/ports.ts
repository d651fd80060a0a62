/** What practitioners need of modules that stand on them. */

export interface AvailabilityPort {
  /** Ids of practitioners with at least one free bookable time that begins in the range. */
  freeBetween(from: Date, to: Date): Promise<Iterable<string>>;
}

export interface HistoryPort {
  /** Visits that a patient had with each practitioner: practitioner's user id → how many. */
  visitsOf(patientUserId: string): Promise<ReadonlyMap<string, number>>;
  /** Health tags that a person has given themselves. */
  tagsOf(userId: string): Promise<readonly string[]>;
}
