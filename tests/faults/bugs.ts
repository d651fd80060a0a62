/**
 * Bugs that are planted to see that a checker finds them: edits of our sources as Node loads them (`plant.ts`), and indexes that are
 * taken out of the database. A text that is no longer there is an error, so that a bug never ceases to be one unnoticed.
 */

export interface SourceBug {
  /** From the root of the project. */
  file: string;
  edits: readonly (readonly [from: string, to: string])[];
}

const LEDGER_MOVE = 'const [changed] = await models.balances.update({ balance: sum, entries: literal(';
const COMMIT_FIRST = `const attempt = async (orderRefuses: boolean) => {
  if (recorded) await transaction(recorded);
  return transaction(async () => {
`;

export const sourceBugs = {
  /** A database that is away is a fault of ours. */
  'outage-is-a-fault': {
    file: 'src/database/faults.ts',
    edits: [
      ['  return fatal || OUTAGES.has(code);', '  return false;'],
      ['if (error instanceof ConnectionError || error instanceof TimeoutError || isDeadlock(error)) return true;', ''],
    ],
  },
  /** A visit and its people are stored one after the other. */
  'two-transactions': {
    file: 'src/consultations/service.ts',
    edits: [
      ['database.transaction(() => create(database, vault, doctor, input))', 'create(database, vault, doctor, input)'],
      ['  { models }: Database,\n  vault: Vault,\n  doctor:', '  { models, transaction }: Database,\n  vault: Vault,\n  doctor:'],
      ['await models.consultations.create({\n    id,', 'await transaction(() => models.consultations.create({\n    id,'],
      ['    version: 1,\n  });\n', '    version: 1,\n  }));\n  await new Promise((done) => setTimeout(done, 100));\n'],
      ['await models.members.bulkCreate([', 'await transaction(() => models.members.bulkCreate(['],
      ['  ]);\n  return viewOf', '  ]));\n  return viewOf'],
    ],
  },
  /** What is called a time may be anything. */
  'times-unchecked': { file: 'src/plugins/fields.ts', edits: [['export const time = z.iso.datetime()', 'export const time = z.string()']] },
  /** Messages of sockets are taken as they come. */
  'messages-unchecked': {
    file: 'rooms/inbound.ts',
    edits: [
      [
        'if (parsed.success) return { name, payload: parsed.data } as Inbound;',
        'return { name, payload: parsed.success ? parsed.data : payload } as Inbound;',
      ],
    ],
  },
  /** Whose order it is does not matter. */
  'orders-of-everybody': {
    file: 'src/orders/service.ts',
    edits: [['models.orders.findOne({ where: { id, userId } })', 'models.orders.findOne({ where: { id } })']],
  },
  /** Who comes again with a spent token is sent away, and nothing follows. */
  'reuse-forgiven': {
    file: 'src/auth/refresh.ts',
    edits: [["!row.salt) return { state: 'reused', session };", "!row.salt) return { state: 'unknown' };"]],
  },
  /** Tokens are read and their signature is not. */
  'any-signature': {
    file: 'src/auth/tokens.ts',
    edits: [['const payload = jwt.verify(token, secret, {', 'const payload = jwt.decode(token, {']],
  },
  /** The chain of accesses is walked along, and not reckoned again. */
  'chain-unread': {
    file: 'src/audit/chain.ts',
    edits: [["if (chain.hashOf(previous, link) !== hash) return { seq: expected, reason: 'row changed' };", '']],
  },
  /** Who erases a person leaves columns as they are. */
  'erase-forgets': {
    file: 'src/privacy/erasing.ts',
    edits: [['if (set) outcome.anonymised = await setRows(database, table, set, userId);', '']],
  },
  /** Chat is stored in clear as well. */
  'chat-in-clear': {
    file: 'src/chat/store.ts',
    edits: [["    '',\n    vault.seal(messageText", '    m.text,\n    vault.seal(messageText']],
  },
  /** Images are kept as they came. */
  'images-as-they-came': { file: 'src/files/images.ts', edits: [['return { content: data, type', 'return { content: source, type']] },
  /** Whoever is present counts as consenting. */
  'record-without-consent': {
    file: 'rooms/recording.ts',
    edits: [[' && current.consents.missing(present).length === 0', '']],
  },
  /** Numbers of the line are read and then written. */
  'queue-read-then-write': {
    file: 'src/database/sequence.ts',
    edits: [
      [
        '  return transaction(async () => {',
        `  if (name.startsWith('queue:')) return transaction(async () => {
    const [seen] = await sequelize.query('SELECT value FROM sequences WHERE name = :name', { type: QueryTypes.SELECT, replacements: { name } });
    const value = (seen?.value ?? 0) + 1;
    await sequelize.query('INSERT INTO sequences (name, value) VALUES (:name, :value) ON DUPLICATE KEY UPDATE value = :value', { replacements: { name, value } });
    return value;
  });
  return transaction(async () => {`,
      ],
    ],
  },
  /** Whoever pays an order pays it, also when it is paid. */
  'pay-in-any-state': {
    file: 'src/payments/attempts.ts',
    edits: [
      ["status !== 'PENDING' ||", ''],
      ["await orders.fire(order.id, 'PAY_SUCCESS'", "if (order.status === 'PENDING') await orders.fire(order.id, 'PAY_SUCCESS'"],
      ['paidOrderId: order.id }', "paidOrderId: order.status === 'PENDING' ? order.id : null }"],
    ],
  },
  /** What a partner says has its effect each time. */
  'settle-each-time': {
    file: 'src/payments/settlement.ts',
    edits: [["state: { [Op.ne]: 'paid' } }", '}']],
  },
  /** The event is stored before its effect, in a transaction of its own. */
  'event-before-effect': {
    file: 'src/payments/settlement.ts',
    edits: [
      ['const attempt = (orderRefuses: boolean) =>\n      transaction(async () => {\n        await recorded?.();\n', COMMIT_FIRST],
      ['      });\n    try {', '      }); };\n    try {'],
    ],
  },
  /** Balances are read and then written. */
  'balance-read-then-write': {
    file: 'src/balance/ledger.ts',
    edits: [
      [
        LEDGER_MOVE,
        `const row = await models.balances.findByPk(userId);
    if (!row || row.balance + amount < 0) return false;
    await models.balances.update({ balance: row.balance + amount, entries: row.entries + 1 }, { where: { userId } });
    if (row) return true;
    ${LEDGER_MOVE}`,
      ],
    ],
  },
  /** Attempts are counted, and nothing comes of it. */
  'guess-for-ever': {
    file: 'src/auth/guessing.ts',
    edits: [
      ['if (!taken.allowed) throw tooMany(taken);', ''],
      ['if (over) throw tooMany(over);', ''],
    ],
  },
  /** Whatever Alipay's signature says. */
  'trust-every-signature': {
    file: 'src/payments/gateways/alipay-notice.ts',
    edits: [["if (!sound || !holds(form, checks)) throw new NoticeRefused('bad_signature');", '']],
  },
  /** Leases are taken and then left to run out. */
  'never-renew': {
    file: 'rooms/ownership.ts',
    edits: [['if (leases.size === 0) return;', 'if (leases.size >= 0) return;']],
  },
  /** A process that stops keeps its rooms to the end. */
  'keep-rooms': { file: 'rooms/node.ts', edits: [['await handOver.all(config.SHUTDOWN_TIMEOUT_MS / 2, signal);', '']] },
  /** Whoever writes for a room may, whoever has it by now. */
  'no-fence': {
    file: 'src/consultations/policy.ts',
    edits: [['{ id, roomEpoch: epoch, status:', '{ id, status:']],
  },
  /** Who sends a message again sends another one. */
  'no-dedupe': {
    file: 'rooms/chat-log.ts',
    edits: [
      ['    if (before) return before;\n', ''],
      ['if (known || this.#complete) return known ?? null;', 'return null;'],
    ],
  },
  /** What Redis has forgotten is everybody's, */
  'forget-terms': { file: 'rooms/redis-directory.ts', edits: [['known = Math.max(known, lease.term);', '']] },
  /** and so is what has run out while it was away. */
  'first-come': { file: 'rooms/ownership.ts', edits: [['if (isSettling?.() && ', 'if (false && ']] },
  /** Beats come by the time of day. */
  'wall-clock': {
    file: 'rooms/presence.ts',
    edits: [
      [
        'const timer = setInterval(() => void beat(), ttlMs / BEATS);',
        `let due = Date.now();
  const timer = setInterval(() => { if (Date.now() < due) return; due = Date.now() + ttlMs / BEATS; void beat(); }, 20);`,
      ],
    ],
  },
  /** Nobody asks media workers whether they live. */
  'no-probe': { file: 'sfu/worker-watch.ts', edits: [['  run();\n  return stop;', '  return stop;']] },
  /** Nobody is told that media was made anew. */
  'no-restart': { file: 'rooms/consultation-media.ts', edits: [['for (const seat of seats) renewMedia(room, seat);', '']] },
  /** Whatever waits for a socket may wait. */
  'no-cap': { file: 'rooms/outbound-cap.ts', edits: [['if (cut || waiting <= maxBytes) return;', 'if (cut || waiting >= 0) return;']] },
  /** No bugs: together a process of the minor version before, which knows of no recordings and no held cameras. */
  'older-version': { file: 'rooms/protocol-version.ts', edits: [["PROTOCOL_VERSION = '1.4'", "PROTOCOL_VERSION = '1.2'"]] },
  'older-snapshot': {
    file: 'rooms/room-snapshot.ts',
    edits: [['  cameraHeld: z.boolean().default(false),\n', '']],
  },
  'older-room': { file: 'rooms/consultation-room.ts', edits: [['    recording: room.recording.kept(),\n', '']] },
  'older-messages': { file: 'rooms/gateway.ts', edits: [[', showsRecording: data.showsRecording }', ' }']] },
  'older-requests': {
    file: 'rooms/protocol.ts',
    edits: [
      [
        'export const notifications = {',
        "for (const name of Object.keys(requests)) if (name.startsWith('recording:')) delete requests[name];\nexport const notifications = {",
      ],
    ],
  },
  /** The effect of a job is one transaction and its mark another. */
  'effect-before-mark': {
    file: 'tests/support/job-worker.ts',
    edits: [["inTransaction<'order.expire'>(effect)", "outside<'order.expire'>(async (job) => { await effect(job); await delay(200); })"]],
  },
  /** No bug: a pause in which the process can be killed, after what a notice changed and before its commit. */
  'pause-before-commit': {
    file: 'src/payments/settlement.ts',
    edits: [
      [
        "if (state === 'paid') await pay(payment, outcome, orderRefuses);",
        "if (state === 'paid') { await pay(payment, outcome, orderRefuses); await new Promise((done) => setTimeout(done, 60_000)); }",
      ],
    ],
  },
  /** No bug: a pause in which the process can be killed, after the commit and before the answer. */
  'pause-after-commit': {
    file: 'src/plugins/idempotency.ts',
    edits: [
      ['    return await transaction(async () => {', '    const paused = await transaction(async () => {'],
      [
        '      return answer;\n    });',
        '      return answer;\n    });\n    await new Promise((done) => setTimeout(done, 60_000));\n    return paused;',
      ],
    ],
  },
} as const satisfies Record<string, SourceBug>;

export type SourceBugName = keyof typeof sourceBugs;

/** How to take an index out, on MariaDB. What was written without it may forbid to put it back. */
export const droppedIndexes = {
  claims: 'ALTER TABLE appointment_claims DROP PRIMARY KEY, ADD INDEX planted (practitioner_id, cell, seat)',
  queue: 'ALTER TABLE appointments ADD INDEX planted (practitioner_id), DROP INDEX appointments_queue_unique',
  events: 'ALTER TABLE payment_events DROP INDEX payment_events_unique',
  ledger: 'ALTER TABLE balance_transactions ADD INDEX planted (user_id, entry), DROP PRIMARY KEY',
  messages:
    'ALTER TABLE chat_messages DROP INDEX messages_client_id_unique, ADD INDEX planted (consultation_id, member_id, client_message_id)',
  keys: 'ALTER TABLE idempotency_keys DROP PRIMARY KEY, ADD INDEX planted (owner, `key`)',
} as const;

export type DroppedIndex = keyof typeof droppedIndexes;
