/** A patient with a mark in every column that holds personal data, and a search for that mark in everything the server keeps. */
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { QueryTypes } from 'sequelize';
import { type SealedColumn, sealedColumns } from '#src/crypto/vault.ts';
import { catalogue } from '#src/privacy/catalogue.ts';
import { PASSWORD, type TestApp } from './app.ts';
import { openClinic } from './clinic.ts';
import { pdf, png } from './sample-files.ts';

/** Lower case: account names are. */
export const MARK = 'canary7';

type Row = Record<string, string | number | Date | null>;

/** Personal columns that hold no free text: numbers, times, and words from a list. */
const UNMARKED = new Set([
  ...[
    'users.password_hash',
    'users.avatar_file_id',
    'users.last_login_at',
    'sessions.last_seen_at',
    'medical_records.kind',
    'user_tag_links.tag_id',
  ],
  ...['visit_profiles.relationship', 'visit_profiles.sex', 'visit_profiles.birth_date', 'files.sha256', 'files.key_sealed'],
  ...[
    'health_profiles.blood_type',
    'health_profiles.height',
    'health_profiles.weight',
    'health_profiles.bmi',
    'health_profiles.has_allergy',
  ],
  ...['balance_transactions.amount', 'balance_transactions.balance_before', 'balance_transactions.balance_after', 'balances.balance'],
  ...['refunds.amount', 'payments.amount', 'orders.amount', 'privacy_requests.identity_sealed', 'privacy_requests.reason_sealed'],
  // The two that signing in itself writes.
  ...['medical_audit.ip', 'operation_log.ip', 'security_log.ip'],
]);

/** Every personal column of rows about people that can hold the mark, as `table.column`. */
export const markedColumns: readonly string[] = Object.entries(catalogue)
  .filter(([, { about }]) => about !== undefined)
  .flatMap(([table, { personal }]) => Object.keys(personal ?? {}).map((column) => `${table}.${column}`))
  .filter((column) => !UNMARKED.has(column));

/** The beginning of a film. */
const WEBM = Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff', 'hex');

export interface SeededPatient {
  id: string;
  token: string;
  /** File that belongs to a medical record, one that does not, and the film of a recording. */
  files: { held: string; free: string; film: string };
}

/** @param years how long ago all of it was */
export async function seedPatient(server: TestApp, years = 0): Promise<SeededPatient> {
  const { foundation, modules, people, database } = server;
  const account = `${MARK}-${randomUUID().slice(0, 8)}`;
  const { id } = await modules.users.create({ account, name: `${MARK} 王敏`, password: PASSWORD, roles: ['patient'] });
  const token = await server.signIn(account);
  const store = (name: string, category: 'record-attachment' | 'document' | 'avatar', content: Buffer) =>
    modules.files.store({ ownerId: id, category, name: `${MARK} ${name}`, content });
  const held = await store('化验单.pdf', 'record-attachment', pdf());
  const free = await store('笔记.pdf', 'document', Buffer.concat([pdf(), Buffer.from(MARK)]));
  const avatar = await store('头像.png', 'avatar', await png());
  const film = await modules.files.store({ ownerId: null, category: 'recording', name: 'film.webm', content: WEBM });
  const { practitionerId, serviceId } = await openClinic(server, people.doctor.id).catch(() => knownClinic(server));
  const at = new Date(Date.now() - years * 365 * 86_400_000);
  const phone = unique();
  const rows = rowsOf({ id, phone, doctor: people.doctor.id, practitionerId, serviceId, held: held.id, film: film.id, at });
  await database.transaction(async () => {
    const query = database.sequelize.getQueryInterface();
    for (const [table, row] of rows) await query.bulkInsert(table, [marked(server, table, row)]);
    await mark(server, 'users', 'id', id, { avatar_file_id: avatar.id, phone_index: phone });
    await mark(server, 'sessions', 'user_id', id);
    await mark(server, 'login_log', 'user_id', id);
    await mark(server, 'files', 'owner_id', id);
  });
  const actor = { userId: people.doctor.id, requestId: 'req_1', ip: '127.0.0.1' };
  await foundation.audit.medical(actor, 'read', { patientId: id, objectType: 'medical_record', objectId: 'r' });
  return { id, token, files: { held: held.id, free: free.id, film: film.id } };
}

async function knownClinic({ database: { models } }: TestApp) {
  const [practitioner, service] = [await models.practitioners.findOne(), await models.services.findOne()];
  return { practitionerId: practitioner?.id ?? '', serviceId: service?.id ?? '' };
}

interface Ids {
  id: string;
  phone: string;
  doctor: string;
  practitionerId: string;
  serviceId: string;
  held: string;
  film: string;
  at: Date;
}

/** Rows in the order of their references. Personal columns are marked on the way in. */
function rowsOf({ id, phone, doctor, practitionerId, serviceId, held, film, at }: Ids): [string, Row][] {
  const kept = randomUUID();
  const recording = randomUUID();
  const free = randomUUID();
  const visit = randomUUID();
  const member = randomUUID();
  const order = randomUUID();
  const payment = randomUUID();
  const appointment = randomUUID();
  const record = randomUUID();
  const prescription = randomUUID();
  const review = randomUUID();
  const tag = randomUUID();
  const admission = randomUUID();
  const ward = randomUUID();
  const bed = randomUUID();
  const notification = randomUUID();
  const session = randomUUID();
  const times = { created_at: at, updated_at: at };
  const made = { created_at: at };
  const number = () => randomUUID().replaceAll('-', '').slice(0, 24);
  const profile = { user_id: id, relationship: 'family', sex: 'female', birth_date: '1960-05-01', default_key: null, deleted_at: null };
  const end = new Date(at.getTime() + 1_800_000);
  return [
    ['visit_profiles', { id: kept, ...profile, ...times }],
    ['visit_profiles', { id: free, ...profile, ...times }],
    [
      'orders',
      {
        id: order,
        order_no: number(),
        user_id: id,
        type: 'consultation',
        status: 'COMPLETED',
        amount: 100,
        refunded: 0,
        service_info: '{}',
        version: 1,
        ...times,
      },
    ],
    ['order_items', { id: randomUUID(), order_id: order, kind: 'service', ref_id: serviceId, unit_price: 100, quantity: 1, amount: 100 }],
    ['order_log', { order_id: order, version: 1, event: 'CREATE', to_status: 'PENDING', ...made }],
    [
      'payments',
      {
        id: payment,
        payment_no: number(),
        order_id: order,
        user_id: id,
        method: 'wechat',
        amount: 100,
        claimed: 0,
        state: 'paid',
        expires_at: at,
        ...times,
      },
    ],
    [
      'refunds',
      {
        id: randomUUID(),
        refund_no: number(),
        order_id: order,
        payment_id: payment,
        user_id: id,
        origin: 'request',
        amount: 10,
        state: 'succeeded',
        ...times,
      },
    ],
    ['balances', { user_id: id, balance: 0, entries: 1, ...times }],
    [
      'balance_transactions',
      { user_id: id, entry: 1, kind: 'adjustment', ref_id: randomUUID(), amount: -1, balance_before: 1, balance_after: 0, ...made },
    ],
    [
      'appointments',
      {
        id: appointment,
        appointment_no: number(),
        order_id: order,
        user_id: id,
        profile_id: kept,
        practitioner_id: practitionerId,
        service_id: serviceId,
        starts_at: at,
        ends_at: end,
        status: 'completed',
        reminder_sent: 1,
        version: 1,
        ...times,
      },
    ],
    ['appointment_log', { appointment_id: appointment, version: 1, action: 'book', to_status: 'pending', starts_at: at, ...made }],
    [
      'queue_entries',
      { appointment_id: appointment, practitioner_id: practitionerId, user_id: id, state: 'left', priority: 0, arrival: 1, joined_at: at },
    ],
    ['review_tags', { id: tag, name: randomUUID(), enabled: 1, ...made }],
    ['reviews', { id: review, appointment_id: appointment, practitioner_id: practitionerId, user_id: id, rating: 5, hidden: 0, ...times }],
    ['review_tag_choices', { review_id: review, tag_id: tag }],
    [
      'dispatches',
      {
        id: randomUUID(),
        staff_id: doctor,
        appointment_id: appointment,
        starts_at: at,
        duration_minutes: 5,
        state: 'done',
        created_by: doctor,
        version: 1,
        ...times,
      },
    ],
    [
      'consultations',
      {
        id: visit,
        status: 'ended',
        practitioner_user_id: doctor,
        appointment_id: appointment,
        scheduled_start: at,
        scheduled_end: end,
        lobby: 0,
        locked: 0,
        room_epoch: 1,
        version: 1,
        ...times,
      },
    ],
    ['consultation_members', { id: member, consultation_id: visit, user_id: id, role: 'patient', access_epoch: 1, ...made }],
    [
      'recordings',
      {
        ...{ id: recording, consultation_id: visit, asked_by: member, state: 'ready', open_key: null, asked_at: at, started_at: at },
        ...{ ended_at: end, end_reason: 'stopped', progress: 100, duration_ms: 1_000, file_id: film },
      },
    ],
    ['recording_consents', { recording_id: recording, member_id: member, decision: 'consented', room_epoch: 1, ...made }],
    [
      'recording_segments',
      {
        ...{ id: randomUUID(), recording_id: recording, member_id: member, peer_id: 'p', producer_id: 't', kind: 'audio' },
        ...{ source: 'microphone', offset_ms: 0, duration_ms: 1_000, file_id: null, room_epoch: 1, ...made },
      },
    ],
    ['chat_messages', { consultation_id: visit, seq: 1, member_id: member, client_message_id: 'm1', role: 'patient', sent_at: at }],
    ['room_snapshots', { room_id: visit, epoch: 1, updated_at: at }],
    [
      'medical_records',
      {
        id: record,
        patient_user_id: id,
        profile_id: kept,
        author_user_id: doctor,
        practitioner_id: practitionerId,
        consultation_id: visit,
        kind: 'online',
        visited_at: at,
        version: 1,
        ...times,
      },
    ],
    ['medical_record_versions', { id: randomUUID(), record_id: record, version: 1, author_user_id: doctor, ...made }],
    ['medical_record_attachments', { id: randomUUID(), record_id: record, file_id: held, kind: 'pdf', added_by: doctor, ...made }],
    [
      'prescriptions',
      {
        id: prescription,
        prescription_no: number(),
        patient_id: id,
        profile_id: kept,
        practitioner_id: practitionerId,
        doctor_id: doctor,
        consultation_id: visit,
        status: 'approved',
        verify_code: number(),
        version: 1,
        ...times,
      },
    ],
    ['prescription_log', { prescription_id: prescription, version: 1, status: 'submitted', actor_id: doctor, ...made }],
    ['wards', { id: ward, code: number(), name: 'W', enabled: 1, ...times }],
    ['beds', { id: bed, ward_id: ward, label: '1', enabled: 1, ...times }],
    [
      'admissions',
      {
        id: admission,
        admission_no: number(),
        patient_user_id: id,
        profile_id: kept,
        bed_id: bed,
        attending_id: practitionerId,
        state: 'discharged',
        admitted_at: at,
        discharged_at: end,
        version: 1,
        ...times,
      },
    ],
    [
      'admission_log',
      {
        id: randomUUID(),
        admission_id: admission,
        action: 'admitted',
        bed_id: bed,
        attending_id: practitionerId,
        actor_id: doctor,
        ...made,
      },
    ],
    ['health_profiles', { user_id: id, has_allergy: 1, version: 1, ...times }],
    ['user_health_tags', { id: randomUUID(), user_id: id }],
    [
      'notifications',
      {
        id: notification,
        user_id: id,
        kind: 'announcement',
        class: 'service',
        subject_type: 'announcement',
        subject_id: randomUUID(),
        shown: 1,
        ...made,
      },
    ],
    ['notification_preferences', { user_id: id, class: 'service', channel: 'sms', enabled: 0, updated_at: at }],
    [
      'deliveries',
      {
        id: randomUUID(),
        notification_id: notification,
        user_id: id,
        channel: 'sms',
        kind: 'notification',
        template: 'announcement',
        state: 'queued',
        attempts: 0,
        ...times,
      },
    ],
    ['sessions', { id: session, user_id: id, expires_at: new Date(at.getTime() + 1e9), ...made }],
    ['refresh_tokens', { session_id: session, generation: 1, expires_at: at, ...made }],
    ['sms_codes', { id: randomUUID(), phone_index: phone, scene: 'login', tries: 0, expires_at: at, ...made }],
    ['user_identities', { id: randomUUID(), user_id: id, provider: 'oidc', ...made }],
    ['login_states', { state_hash: number(), provider: 'oidc', ticket_hash: number(), user_id: id, expires_at: at, ...made }],
    ['api_keys', { id: randomUUID(), user_id: id, name: 'key', prefix: 'wz_x', scopes: '[]', created_by: doctor, ...made }],
    ['user_follows', { follower_id: id, followed_id: doctor, ...made }],
    ['idempotency_keys', { owner: id, key: `${number()}`, route: 'POST /x', body_hash: number(), keep: 1, ...made }],
    ['legal_holds', { id: randomUUID(), user_id: id, placed_by: doctor, lifted_by: doctor, lifted_at: at, ...made }],
  ];
}

/** What a marked column holds where it has to be of a shape. */
const SHAPES: Record<string, string> = {
  'prescriptions.content_sealed': JSON.stringify({ diagnoses: [{ code: null, name: MARK }], items: [], warnings: [] }),
  'deliveries.recipient': `138****${MARK}`,
};

function marked({ foundation: { vault } }: TestApp, table: string, row: Row): Row {
  const values: Row = { ...row };
  for (const name of markedColumns) {
    const [of, column = ''] = name.split('.');
    if (of !== table || values[column] !== undefined) continue;
    const sealed = sealedOf(table, column);
    const plain = SHAPES[name] ?? `${MARK} 头痛`;
    // Columns of hashes take letters only; some are unique.
    values[column] = sealed
      ? vault.seal(sealed, String(row[sealed.idColumn]), plain)
      : /index|hash|subject|staff_no/.test(column)
        ? unique()
        : plain;
  }
  return values;
}
const unique = () => `${MARK}${randomUUID().slice(0, 8)}`;
const sealedOf = (table: string, column: string): SealedColumn | undefined =>
  sealedColumns().find((candidate) => candidate.table === table && candidate.column === column);

/** Marks rows that are there already. */
async function mark(server: TestApp, table: string, idColumn: string, value: string, more: Row = {}): Promise<void> {
  const { sequelize } = server.database;
  const sql = `SELECT id FROM ${table} WHERE ${idColumn} = :value`;
  const rows = await sequelize.query<{ id: string }>(sql, { type: QueryTypes.SELECT, replacements: { value } });
  for (const { id } of rows) {
    // Names of people carry the mark from the beginning.
    const { id: _id, ...values } = marked(server, table, {
      id,
      ...(table === 'users' && { account: null, name: null, name_search: null }),
      ...more,
    });
    const changed = Object.entries(values).filter(([, held]) => held !== null);
    const set = changed.map(([column]) => `${column} = :${column}`).join(', ');
    await sequelize.query(`UPDATE ${table} SET ${set} WHERE id = :id`, {
      type: QueryTypes.UPDATE,
      replacements: { ...Object.fromEntries(changed), id },
    });
  }
}

/** Where the mark is: `table.column` of the database, sealed values opened. */
export async function findMarks({ database, foundation: { vault } }: TestApp): Promise<Set<string>> {
  const places = new Set<string>();
  for (const table of Object.keys(catalogue)) {
    const rows = await database.sequelize.query<Record<string, unknown>>(`SELECT * FROM \`${table}\``, { type: QueryTypes.SELECT });
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        if (typeof value !== 'string') continue;
        const lock = sealedOf(table, column);
        const text = lock && vault.isSealed(value) ? vault.open(lock, String(row[lock.idColumn]), value) : value;
        if (text.toLowerCase().includes(MARK)) places.add(`${table}.${column}`);
      }
    }
  }
  return places;
}

/** Contents in the store: their keys. With them whether one holds the mark in clear. */
export async function storedFiles({ config }: TestApp): Promise<{ keys: string[]; marked: boolean }> {
  const folder = path.join(config.DATA_DIR, 'files');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const contents = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(contents.map(({ parentPath, name }) => readFile(path.join(parentPath, name), 'latin1')));
  return { keys: contents.map(({ name }) => name), marked: texts.some((text) => text.includes(MARK)) };
}
