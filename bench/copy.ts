/**
 * How long the copy of everything about a patient takes who has 10,000 medical records, 20,000 messages of chat, 100 attached files of
 * 1 MB and 50 prescriptions, and their erasure afterwards; on both engines, in one process, and how long its event loop was held up.
 * Goals: 60 s for the copy; after the erasure no mark of the patient is anywhere but in what a law keeps, and nobody deletes that.
 * `node bench/copy.ts [sqlite|mysql]`
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { DatabaseError } from 'sequelize';
import { recordExample } from '#src/medical/record-content.ts';
import { contentColumn } from '#src/records/model.ts';
import { prescriptionContent } from '#src/prescriptions/model.ts';
import { catalogue } from '#src/privacy/catalogue.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { startMariaDb } from '#tests/support/mariadb.ts';
import { findMarks, MARK, storedFiles } from '#tests/support/seeded-patient.ts';

const GOAL_SECONDS = 60;
const RECORDS = 10_000;
const MESSAGES = 20_000;
const FILES = 100;
const PRESCRIPTIONS = 50;
const PORTION = 1_000;

/** With the mark in each: a content as it is written, whose text carries it. */
const marked = JSON.stringify(recordExample).replace('"text":"', `"text":"${MARK} `);

const at = new Date('2025-03-01T02:00:00Z');
const portions = (count: number): number[][] =>
  Array.from({ length: Math.ceil(count / PORTION) }, (_, portion) =>
    Array.from({ length: Math.min(PORTION, count - portion * PORTION) }, (_unused, index) => portion * PORTION + index),
  );

async function seed(server: TestApp): Promise<void> {
  const recordIds = await seedRecords(server);
  await seedVisit(server);
  await seedFiles(server, recordIds);
  await seedPrescriptions(server);
}

/** @returns ids of the records */
async function seedRecords({ database, foundation, people }: TestApp): Promise<string[]> {
  const { models, transaction } = database;
  const [patientUserId, authorUserId] = [people.patient.id, people.doctor.id];
  const recordIds: string[] = [];
  for (const numbers of portions(RECORDS)) {
    const heads = numbers.map(() => ({
      id: randomUUID(),
      patientUserId,
      authorUserId,
      kind: 'outpatient' as const,
      version: 1,
      visitedAt: at,
    }));
    recordIds.push(...heads.map(({ id }) => id));
    const rest = { profileId: null, practitionerId: null, consultationId: null, appointmentId: null };
    const versions = heads.map(({ id: recordId }) => {
      const id = randomUUID();
      const contentSealed = contentColumn.seal(foundation.vault, id, JSON.parse(marked) as never);
      return { id, recordId, version: 1, contentSealed, authorUserId, reasonSealed: null };
    });
    await transaction(async () => {
      await models.medicalRecords.bulkCreate(heads.map((head) => ({ ...head, ...rest })));
      await models.medicalRecordVersions.bulkCreate(versions);
    });
  }
  return recordIds;
}

async function seedFiles({ database: { models, transaction }, people, modules }: TestApp, recordIds: readonly string[]): Promise<void> {
  const [patientUserId, authorUserId] = [people.patient.id, people.doctor.id];
  // Of the patient alone: nothing holds it.
  const own = {
    ownerId: patientUserId,
    category: 'document',
    name: `${MARK} 笔记.pdf`,
    content: Buffer.from(`%PDF-1.7\n${MARK}`),
  } as const;
  await modules.files.store(own);
  for (let n = 0; n < FILES; n++) {
    const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(1_048_576)]);
    const file = await modules.files.store({
      ownerId: authorUserId,
      category: 'record-attachment',
      name: `${MARK} 检查报告 ${n}.pdf`,
      content,
    });
    const row = {
      id: randomUUID(),
      recordId: recordIds[n] ?? '',
      fileId: file.id,
      kind: 'pdf' as const,
      name: `${MARK} 检查报告`,
      addedBy: authorUserId,
    };
    await transaction(() => models.medicalRecordAttachments.create(row));
  }
}

async function seedPrescriptions({ database: { models, transaction }, foundation, people }: TestApp): Promise<void> {
  const [patientUserId, authorUserId] = [people.patient.id, people.doctor.id];
  for (let n = 0; n < PRESCRIPTIONS; n++) {
    const id = randomUUID();
    const plain = JSON.stringify({ diagnoses: recordExample.diagnoses, items: [], warnings: [] });
    await transaction(() =>
      models.prescriptions.create({
        ...{
          id,
          prescriptionNo: `RX${n}`,
          patientId: patientUserId,
          profileId: null,
          practitionerId: randomUUID(),
          doctorId: authorUserId,
        },
        ...{ consultationId: null, status: 'approved', contentSealed: foundation.vault.seal(prescriptionContent, id, plain) },
        ...{ verifyCode: randomUUID(), reviewerId: people.pharmacist.id, reviewedAt: at, version: 1 },
      }),
    );
  }
}

async function seedVisit({ database, people }: TestApp): Promise<void> {
  const { models, transaction } = database;
  const [consultationId, memberId] = [randomUUID(), randomUUID()];
  const visit = {
    scheduledStart: at,
    scheduledEnd: new Date(at.getTime() + 1_800_000),
    lobby: false,
    locked: false,
    roomEpoch: 1,
    version: 1,
  };
  await transaction(async () => {
    await models.consultations.create({
      id: consultationId,
      title: '问诊',
      status: 'ended',
      practitionerUserId: people.doctor.id,
      ...visit,
    });
    const member = {
      id: memberId,
      consultationId,
      userId: people.patient.id,
      name: `${MARK} 王敏`,
      role: 'patient' as const,
      accessEpoch: 1,
    };
    await models.members.create(member);
  });
  for (const numbers of portions(MESSAGES)) {
    const rows = numbers.map((seq) => ({
      consultationId,
      seq,
      memberId,
      clientMessageId: `${seq}`,
      name: `${MARK} 王敏`,
      role: 'patient' as const,
      text: `${MARK} 今天早上血压 152/96`,
      sentAt: at,
    }));
    await transaction(() => models.messages.bulkCreate(rows));
  }
}

/** Does a request to its end. @returns seconds, and the longest that the event loop was held up, in ms */
async function timed(server: TestApp, path: string): Promise<{ seconds: number; heldUp: number }> {
  const { token } = server.people.patient;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const begun = performance.now();
  const answer = await server.call('POST', `/api/v1/me/privacy/${path}`, token);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  if (path === 'erasures') {
    const { administrator } = server.people;
    await server.stepUp(administrator.token);
    await server.call('POST', `/api/v1/privacy/requests/${answer.body.data.id}/hasten`, administrator.token);
  }
  await server.workers.drained();
  const seconds = (performance.now() - begun) / 1_000;
  delay.disable();
  return { seconds, heldUp: delay.max / 1e6 };
}

/** @returns what must not be: marks outside of what is held, held rows that somebody could delete */
async function faultsAfter(server: TestApp): Promise<string[]> {
  const held = (place: string): boolean => {
    const [table = '', column = ''] = place.split('.');
    const { hold, set } = catalogue[table]?.erase ?? {};
    return hold !== undefined && set?.[column] === undefined;
  };
  const faults = [...(await findMarks(server))].filter((place) => !held(place)).map((place) => `mark in ${place}`);
  if ((await storedFiles(server)).marked) faults.push('mark in a stored file');
  const { patient, ...others } = server.people;
  for (const [who, { token }] of Object.entries(others)) {
    const { status } = await server.call('DELETE', `/api/v1/users/${patient.id}`, token);
    if (status < 400) faults.push(`${who} deleted the patient`);
  }
  for (const table of ['medical_records', 'medical_record_versions', 'medical_record_attachments', 'prescriptions', 'chat_messages']) {
    const deleted = await server.database.sequelize.query(`DELETE FROM ${table}`).then(
      () => true,
      (error: DatabaseError) => !error.parent.message.includes('legal_hold'),
    );
    if (deleted) faults.push(`rows of ${table} are not held`);
  }
  const records = await server.database.models.medicalRecordVersions.count();
  if (records !== RECORDS) faults.push(`${records} of ${RECORDS} records are left`);
  return faults;
}

/** @returns whether the goals were reached */
async function measure(engine: string, url: string | null): Promise<boolean> {
  const server = await startApp(url ? { DATABASE_URL: url } : {});
  try {
    await seed(server);
    await server.stepUp(server.people.patient.token);
    const copy = await timed(server, 'copies');
    const row = await server.database.models.files.findOne({ where: { category: 'data-export' }, rejectOnEmpty: true });
    const size = `${(Number(row.bytes) / 1_048_576).toFixed(0)} MB`;
    console.log(`${engine}: copy ${copy.seconds.toFixed(1)} s, ${size}, event loop held up ${copy.heldUp.toFixed(0)} ms at most`);
    const erasure = await timed(server, 'erasures');
    const done = await server.database.models.privacyRequests.count({ where: { kind: 'erase', state: 'done' } });
    console.log(`${engine}: erasure ${erasure.seconds.toFixed(1)} s, event loop held up ${erasure.heldUp.toFixed(0)} ms at most`);
    const faults = await faultsAfter(server);
    console.log(`${engine}: ${faults.length} faults${faults.map((fault) => `\n  ${fault}`).join('')}`);
    return copy.seconds <= GOAL_SECONDS && done === 1 && faults.length === 0;
  } finally {
    await server.close();
  }
}

const engines = process.argv[2] ? [process.argv[2]] : ['sqlite', 'mysql'];
const met: boolean[] = [];
if (engines.includes('sqlite')) met.push(await measure('sqlite', null));
if (engines.includes('mysql')) {
  const mariaDb = await startMariaDb();
  try {
    met.push(await measure('mysql', await mariaDb.createDatabase()));
  } finally {
    await mariaDb.stop();
  }
}
process.exitCode = met.every(Boolean) ? 0 : 1;
