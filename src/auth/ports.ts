/** What signing in needs of other modules. */

/** Sends a code as a text message. */
export interface CodeSender {
  /**
   * @param phone E.164
   * @throws {PartnerError} when it could not be sent
   */
  send(message: { phone: string; code: string; locale: 'zh' | 'en' }): Promise<void>;
}

/** Tells people about the safety of their account. Inside the caller's transaction. */
export interface SecurityNotices {
  /** Somebody signed in from where this person never did. */
  newDevice(userId: string, sessionId: string): Promise<void>;
  /** Wrong passwords have locked the account for a while. */
  locked(userId: string): Promise<void>;
  /** Writes something suspicious into the log of security events. */
  suspicious(kind: 'account_locked' | 'refresh_token_reused' | 'codes_refused', fields: SuspiciousFields): Promise<void>;
}

export interface SuspiciousFields {
  userId?: string;
  ip: string;
  requestId?: string;
}
