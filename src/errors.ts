/**
 * The one catalogue of errors over REST: stable code, HTTP status and a sentence for people (clients translate by code).
 * It takes in the errors of the rooms, so a fault has the same code on a socket. `docs/errors.md` is generated from it.
 */
import { roomErrors } from '#rooms/errors.ts';

export const errors = {
  ...roomErrors,
  invalid_request: { status: 400, message: 'The request does not have the expected form' },
  invalid_idempotency_key: { status: 400, message: 'An Idempotency-Key has 8 to 100 letters, digits or . _ : -' },
  malformed_json: { status: 400, message: 'The body is not valid JSON' },
  bad_credentials: { status: 401, message: 'Account or password is wrong' },
  bad_code: { status: 401, message: 'The code is wrong or has expired' },
  account_disabled: { status: 401, message: 'This account has been disabled' },
  account_locked: { status: 401, message: 'This account has been locked by an administrator' },
  refresh_refused: { status: 401, message: 'This session cannot be renewed; please sign in again' },
  login_outdated: { status: 401, message: 'This sign-in took too long or was used already; please begin again' },
  provider_refused: { status: 401, message: 'The other service did not confirm who you are' },
  step_up_required: { status: 403, message: 'Please confirm who you are first' },
  link_invalid: { status: 403, message: 'This link is not valid' },
  link_expired: { status: 403, message: 'This link has expired' },
  not_approved: { status: 403, message: 'Only approved doctors may do this' },
  not_your_patient: { status: 403, message: 'This is not a patient of yours' },
  own_prescription: { status: 403, message: 'A prescription is reviewed by somebody else than its doctor' },
  route_not_found: { status: 404, message: 'There is no such address' },
  method_not_allowed: { status: 405, message: 'This address does not take this method' },
  conflict: { status: 409, message: 'This was changed by somebody else meanwhile; look at it again' },
  already_exists: { status: 409, message: 'There is one like this already' },
  account_taken: { status: 409, message: 'This account name is taken' },
  phone_taken: { status: 409, message: 'This phone number belongs to another account' },
  staff_no_taken: { status: 409, message: 'This staff number belongs to another account' },
  identity_taken: { status: 409, message: 'This sign-in belongs to another account' },
  last_way_in: { status: 409, message: 'Without this nobody could sign in to the account' },
  no_phone: { status: 409, message: 'This account has no phone number' },
  last_administrator: { status: 409, message: 'There must be an active administrator' },
  builtin: { status: 409, message: 'This came with the program and cannot be changed in this way' },
  circular: { status: 409, message: 'This would be above itself' },
  in_use: { status: 409, message: 'Something else still refers to this' },
  wrong_state: { status: 409, message: 'This is not possible in its present state' },
  department_code_taken: { status: 409, message: 'There is a department with this code' },
  hospital_code_taken: { status: 409, message: 'There is a hospital with this code' },
  practitioner_exists: { status: 409, message: 'This user has a practitioner profile already' },
  id_number_taken: { status: 409, message: 'There is a visit profile with this ID number already' },
  ward_code_taken: { status: 409, message: 'There is a ward with this code' },
  bed_label_taken: { status: 409, message: 'There is a bed with this label in this ward' },
  bed_taken: { status: 409, message: 'Somebody lies in this bed' },
  already_admitted: { status: 409, message: 'This patient is admitted already' },
  not_approved_yet: { status: 409, message: 'A pharmacist has not approved this prescription' },
  warnings_not_accepted: { status: 409, message: 'There are warnings; read and accept them' },
  schedule_conflict: { status: 409, message: 'These hours overlap with others' },
  leave_overlaps: { status: 409, message: 'There is leave in this time already' },
  staff_busy: { status: 409, message: 'This person has another task then' },
  slot_taken: { status: 409, message: 'This time was just taken' },
  slot_unavailable: { status: 409, message: 'This time cannot be booked' },
  patient_busy: { status: 409, message: 'This patient has another appointment then' },
  too_many_holds: { status: 409, message: 'There are unpaid appointments; pay or cancel them first' },
  price_changed: { status: 409, message: 'The price is another one now' },
  too_late: { status: 409, message: 'It is too late for that; please call the clinic' },
  too_early: { status: 409, message: 'It is too early for that' },
  booked_visit: { status: 409, message: 'This visit belongs to an appointment; cancel that' },
  insufficient_balance: { status: 409, message: 'There is not enough money in the account' },
  balance_limit: { status: 409, message: 'An account cannot hold that much' },
  channel_unavailable: { status: 409, message: 'This way of paying is not offered' },
  payment_open: { status: 409, message: 'This order is being paid in this way on another device; close that first' },
  refund_too_late: { status: 409, message: 'It is too late to ask for this money back' },
  refund_too_large: { status: 409, message: 'That is more than what is left to give back' },
  request_open: { status: 409, message: 'There is such a request already' },
  open_business: { status: 409, message: 'First something has to be settled; the details say what' },
  visit_started: { status: 409, message: 'This visit has begun; it can be ended, not cancelled' },
  length_required: { status: 411, message: 'An upload has to say how long it is' },
  payload_too_large: { status: 413, message: 'The body is too large' },
  file_too_large: { status: 413, message: 'This file is larger than files of its kind may be' },
  quota_exceeded: { status: 413, message: 'There is no room left for your files; delete some first' },
  unsupported_media_type: { status: 415, message: 'This content type is not accepted here' },
  unknown_patient: { status: 422, message: 'There is no patient with this id' },
  unknown_appointment: { status: 422, message: 'There is no such appointment' },
  unknown_service: { status: 422, message: 'There is no such service on offer' },
  unknown_user: { status: 422, message: 'There is no such user' },
  unknown_medicine: { status: 422, message: 'There is no medicine in use with this id' },
  contraindicated: { status: 422, message: 'These medicines must not be prescribed to this patient together' },
  unknown_role: { status: 422, message: 'There is no role with this key' },
  unknown_tag: { status: 422, message: 'There is no tag with this id' },
  unknown_menu: { status: 422, message: 'There is no menu entry with this key' },
  not_a_practitioner: { status: 422, message: 'This user does not have the role of this profession' },
  unknown_department: { status: 422, message: 'There is no department with this id' },
  unknown_practitioner: { status: 422, message: 'There is no practitioner with this id' },
  unknown_profile: { status: 422, message: 'This patient has no visit profile with this id' },
  unknown_visit: { status: 422, message: 'There is no such visit of this practitioner and this patient' },
  unknown_year: { status: 422, message: 'The holidays of this year are not known yet' },
  unknown_ward: { status: 422, message: 'There is no ward with this id' },
  unknown_bed: { status: 422, message: 'There is no bed in use with this id' },
  unsupported_file: { status: 415, message: 'Files of this type are not accepted here' },
  range_not_satisfiable: { status: 416, message: 'The content ends before this range' },
  bad_image: { status: 422, message: 'This image is damaged or too large to be worked on' },
  empty_file: { status: 422, message: 'This file is empty' },
  bad_gateway_keys: { status: 422, message: 'These are no keys of this payment partner' },
  bad_template: { status: 422, message: 'These words cannot be filled with the variables of this message' },
  unknown_file: { status: 422, message: 'There is no such file of yours that fits here' },
  unknown_system: { status: 422, message: 'No system with this key is linked' },
  idempotency_key_reused: { status: 422, message: 'This Idempotency-Key was used for another request' },
  too_many_attempts: { status: 429, message: 'Too many wrong passwords; please wait before trying again' },
  code_too_soon: { status: 429, message: 'A code was sent just now; please wait before asking for another' },
  code_limit: { status: 429, message: 'Too many codes were asked for today' },
  not_ready: { status: 503, message: 'The server is not ready' },
  sms_unavailable: { status: 503, message: 'Text messages cannot be sent just now; please try again later' },
  provider_unavailable: { status: 503, message: 'The other service does not answer; please try again later' },
  storage_full: { status: 507, message: 'The server has no room for more files at the moment' },
  partner_unavailable: { status: 503, message: 'An outside service does not answer; please try again later' },
} as const;

export type ErrorCode = keyof typeof errors;

/** An expected fault of a request. `details` are shown to the caller: never secrets or other people's data. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode;
  readonly details: readonly unknown[] | undefined;
  /** Seconds after which trying again makes sense; becomes the `Retry-After` header. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, options: { details?: readonly unknown[]; retryAfter?: number; cause?: unknown } = {}) {
    super(errors[code].message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}
