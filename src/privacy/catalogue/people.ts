/** Accounts, how people sign in, and what they are told. */
import type { TableRules } from '../catalogue.ts';

const ownSessions = 'SELECT id FROM sessions WHERE user_id = :user';
const own = { about: 'user_id = :user', erase: {} } as const;

/** The name of somebody whose account is closed. */
const ERASED_NAME = '已注销用户';

export const people: Record<string, TableRules> = {
  deliveries: {
    ...own,
    holds: 'Text messages and mails',
    personal: { recipient: 'contact', variables_sealed: 'health' },
    internal: ['variables_sealed', 'provider_id'],
  },
  notifications: { ...own, holds: 'What people were told', personal: { content_sealed: 'health' } },
  user_views: { ...own, holds: 'How many things people opened on a day' },
  notification_preferences: { ...own, holds: 'Which messages people want' },
  refresh_tokens: {
    holds: 'Hashes of tokens that renew sessions',
    personal: { token_hash: 'credential', salt: 'credential' },
    about: `session_id IN (${ownSessions})`,
    erase: {},
    internal: ['token_hash', 'salt'],
  },
  sessions: {
    holds: 'Sign-ins that are or were open',
    personal: {
      ...({ device_id: 'trace', device_name: 'trace', user_agent: 'trace', ip: 'trace', last_ip: 'trace' } as const),
      last_seen_at: 'trace',
    },
    about: 'user_id = :user',
    // The rows stay until they expire: every process reads from them which tokens are revoked.
    erase: {
      set: { device_id: 'NULL', device_name: 'NULL', user_agent: 'NULL', ip: 'NULL', last_ip: 'NULL', last_seen_at: 'NULL' },
    },
  },
  sms_codes: {
    holds: 'Hashes of codes that were sent by text message',
    personal: { phone_index: 'contact', code_hash: 'credential' },
    about: 'phone_index IN (SELECT phone_index FROM users WHERE id = :user)',
    erase: {},
    internal: ['phone_index', 'code_hash'],
  },
  rate_counters: { holds: 'How often something was tried lately', personal: { counter_key: 'trace' } },
  login_log: {
    holds: 'Attempts to sign in',
    personal: { account: 'identity', device_key: 'trace', user_agent: 'trace', ip: 'trace', network: 'trace' },
    about: 'user_id = :user',
    erase: { hold: 'network-log', set: { account: 'NULL' } },
    internal: ['device_key'],
  },
  login_states: {
    ...own,
    holds: 'Sign-ins through other services that are under way',
    internal: ['state_hash', 'ticket_hash', 'nonce', 'verifier'],
  },
  user_identities: {
    ...own,
    holds: 'People as other services know them',
    personal: { subject: 'identity', label: 'identity' },
  },
  api_keys: {
    ...own,
    holds: 'Keys of programs that act for somebody, as hashes',
    personal: { key_hash: 'credential', last_ip: 'trace' },
    internal: ['key_hash'],
  },
  user_tag_links: { ...own, holds: 'Which people have which tag', personal: { tag_id: 'text' } },
  user_tags: { holds: 'Tags that the clinic gives to people' },
  user_follows: { holds: 'Who follows whom', about: 'follower_id = :user OR followed_id = :user', erase: {} },
  user_roles: { ...own, holds: 'Which people have which role' },
  file_usage: { ...own, holds: 'How much people have uploaded' },
  file_links: {
    holds: 'What files belong to',
    about: "(object_type = 'avatar' AND object_id = :user) OR file_id IN (SELECT id FROM files WHERE owner_id = :user)",
    erase: {},
  },
  files: {
    holds: 'Uploaded files; their contents are on the disk',
    personal: { name_sealed: 'text', sha256: 'text', key_sealed: 'credential' },
    about: `owner_id = :user OR id IN (SELECT file_id FROM medical_record_attachments WHERE record_id IN
      (SELECT id FROM medical_records WHERE patient_user_id = :user))`,
    erase: { hold: 'medical-record', deleteIf: 'id NOT IN (SELECT file_id FROM medical_record_attachments)' },
    internal: ['store', 'store_key', 'key_sealed'],
  },
  users: {
    holds: 'Accounts',
    personal: {
      ...({ account: 'identity', name: 'identity', name_search: 'identity', staff_no: 'identity', avatar_file_id: 'identity' } as const),
      ...({ phone_index: 'contact', phone_sealed: 'contact', email_index: 'contact', email_sealed: 'contact' } as const),
      ...({ password_hash: 'credential', last_login_at: 'trace' } as const),
    },
    about: 'id = :user',
    erase: {
      set: {
        ...{ account: 'NULL', name: `'${ERASED_NAME}'`, name_search: "''", password_hash: 'NULL', staff_no: 'NULL' },
        ...{ phone_index: 'NULL', phone_sealed: 'NULL', email_index: 'NULL', email_sealed: 'NULL', avatar_file_id: 'NULL' },
        ...{ membership_level: "'basic'", status: "'inactive'", lock_reason: 'NULL', last_login_at: 'NULL' },
      },
    },
    internal: ['name_search', 'password_hash', 'phone_index', 'email_index'],
  },
};
