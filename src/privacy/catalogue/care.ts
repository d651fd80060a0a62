/** Visits, records, prescriptions, stays: what a clinic has to keep. */
import type { TableRules } from '../catalogue.ts';

// A table of its own: MySQL deletes from no table that the condition reads directly.
const ownVisits = `SELECT id FROM (SELECT consultation_id AS id FROM consultation_members WHERE user_id = :user AND role = 'patient') v`;
const ownRecords = 'SELECT id FROM medical_records WHERE patient_user_id = :user';
const ownAppointments = 'SELECT id FROM appointments WHERE user_id = :user';

export const care: Record<string, TableRules> = {
  chat_messages: {
    holds: 'What was written in visits',
    personal: { name: 'identity', text: 'health', text_sealed: 'health' },
    about: `consultation_id IN (${ownVisits})`,
    erase: { hold: 'visit-process' },
    internal: ['client_message_id'],
  },
  recording_segments: {
    holds: 'Pieces of recordings of visits: whose sound or picture, and when',
    about: `recording_id IN (SELECT id FROM recordings WHERE consultation_id IN (${ownVisits}))`,
    erase: { hold: 'visit-process' },
    internal: ['file_id', 'peer_id', 'producer_id', 'room_epoch'],
  },
  recording_consents: {
    holds: 'What people said to recordings of visits',
    about: `recording_id IN (SELECT id FROM recordings WHERE consultation_id IN (${ownVisits}))`,
    erase: { hold: 'visit-process' },
    internal: ['room_epoch'],
  },
  recordings: {
    holds: 'Recordings of visits; the films are files',
    about: `consultation_id IN (${ownVisits})`,
    erase: { hold: 'visit-process' },
    internal: ['open_key', 'file_id', 'fault'],
  },
  room_snapshots: {
    holds: 'What an open room needs to come back after a fault',
    personal: { json: 'identity' },
    about: `room_id IN (${ownVisits})`,
    erase: {},
    internal: ['json'],
  },
  medical_record_attachments: {
    holds: 'Documents and images of medical records',
    personal: { name: 'health' },
    about: `record_id IN (${ownRecords})`,
    erase: { hold: 'medical-record' },
  },
  medical_record_versions: {
    holds: 'Contents of medical records, every version',
    personal: { content_sealed: 'health', reason_sealed: 'health' },
    about: `record_id IN (${ownRecords})`,
    erase: { hold: 'medical-record' },
  },
  medical_records: {
    holds: 'Medical records, without their contents',
    personal: { kind: 'health' },
    about: 'patient_user_id = :user',
    erase: { hold: 'medical-record' },
  },
  prescription_log: {
    holds: 'Steps of prescriptions',
    personal: { reason_sealed: 'health' },
    about: 'prescription_id IN (SELECT id FROM prescriptions WHERE patient_id = :user)',
    erase: { hold: 'medical-record' },
  },
  prescriptions: {
    holds: 'Prescriptions',
    personal: { content_sealed: 'health' },
    about: 'patient_id = :user',
    erase: { hold: 'medical-record' },
  },
  admission_log: {
    holds: 'Steps of stays in hospital',
    about: 'admission_id IN (SELECT id FROM admissions WHERE patient_user_id = :user)',
    erase: { hold: 'inpatient-record' },
  },
  admissions: {
    holds: 'Stays in hospital',
    personal: { notes_sealed: 'health' },
    about: 'patient_user_id = :user',
    erase: { hold: 'inpatient-record' },
    internal: ['active_bed_key', 'active_patient_key'],
  },
  queue_entries: { holds: 'Who waits for a visit', about: 'user_id = :user', erase: {} },
  review_tag_choices: {
    holds: 'Tags of reviews',
    about: 'review_id IN (SELECT id FROM reviews WHERE user_id = :user)',
    erase: { hold: 'medical-record' },
  },
  reviews: {
    holds: 'Ratings of visits',
    personal: { text: 'text', reply: 'text' },
    about: 'user_id = :user',
    // The stars stay with the practitioner, without words.
    erase: { hold: 'medical-record', set: { text: "''", reply: 'NULL' } },
  },
  dispatches: {
    holds: 'Tasks of staff at a place and a time',
    personal: { location_sealed: 'contact', notes_sealed: 'text' },
    about: `appointment_id IN (${ownAppointments})`,
    erase: { set: { appointment_id: 'NULL', location_sealed: 'NULL', notes_sealed: 'NULL' } },
    internal: ['notes_sealed'],
  },
  dispatch_claims: { holds: 'Times of staff that are taken by tasks' },
  appointment_claims: { holds: 'Times of practitioners that are taken' },
  patient_claims: { holds: 'Times of patients that are taken' },
  appointment_log: {
    holds: 'Steps of appointments',
    personal: { reason: 'text', reason_sealed: 'text' },
    about: `appointment_id IN (${ownAppointments})`,
    erase: { hold: 'medical-record' },
  },
  // Before their members, by whom they are found.
  consultations: {
    holds: 'Visits in video rooms',
    personal: { title: 'health', title_sealed: 'health' },
    about: `id IN (${ownVisits})`,
    erase: { hold: 'medical-record' },
    internal: ['room_epoch'],
  },
  consultation_members: {
    holds: 'Who takes part in a visit',
    personal: { name: 'identity' },
    about: `consultation_id IN (${ownVisits})`,
    erase: { hold: 'medical-record' },
    internal: ['access_epoch'],
  },
  appointments: {
    holds: 'Booked appointments',
    personal: { details_sealed: 'health' },
    about: 'user_id = :user',
    erase: { hold: 'medical-record' },
  },
  health_profiles: {
    holds: 'What people tell their doctors of their health',
    personal: { blood_type: 'health', height: 'health', weight: 'health', bmi: 'health', has_allergy: 'health', details_sealed: 'health' },
    about: 'user_id = :user',
    erase: {},
  },
  user_health_tags: {
    holds: 'Keywords of people’s health',
    personal: { tag_sealed: 'health', tag_index: 'health' },
    about: 'user_id = :user',
    erase: {},
    internal: ['tag_index'],
  },
  visit_profiles: {
    holds: 'For whom visits are booked: people and their relatives',
    personal: {
      ...({ name: 'identity', relationship: 'identity', id_number_sealed: 'identity', id_number_index: 'identity' } as const),
      ...({ birth_date: 'identity', sex: 'identity', phone_sealed: 'contact' } as const),
    },
    about: 'user_id = :user',
    // A record without the name of its patient is none.
    erase: {
      hold: 'medical-record',
      deleteIf: ['medical_records', 'prescriptions', 'admissions', 'appointments']
        .map((table) => `NOT EXISTS (SELECT 1 FROM ${table} x WHERE x.profile_id = visit_profiles.id)`)
        .join(' AND '),
    },
    internal: ['id_number_index', 'default_key'],
  },
  medical_audit: {
    holds: 'Accesses to medical data, chained by hashes',
    personal: { ip: 'trace' },
    about: 'patient_id = :user',
    erase: { hold: 'audit-trail' },
    internal: ['hash', 'ip', 'request_id'],
  },
  medical_audit_heads: {
    holds: 'Ends of the audit chains',
    about: 'patient_id = :user',
    erase: { hold: 'audit-trail' },
    internal: ['hash', 'seal'],
  },
};
