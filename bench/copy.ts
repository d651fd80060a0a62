/**
 * How long the copy of everything about a patient takes who has 10,000 medical records, 20,000 messages of chat, 100 attached files of
 * 1 MB and 50 prescriptions, and their erasure afterwards; on MariaDB, in one process, and how long its event loop was held up.
 * Goal: 60 s for the copy.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { recordExample } from '#src/medical/record-content.ts';
import { contentColumn } from '#src/records/model.ts';
import { prescriptionContent } from '#src/prescriptions/model.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { startMariaDb } from '#tests/support/mariadb.ts';

const GOAL_SECONDS = 60;
const RECORDS = 10_000;
const MESSAGES = 20_000;
const FILES = 100;
const PRESCRIPTIONS = 50;
const PORTION = 1_000;

const at = new Date('2025-03-01T02:00:00Z');
const portions = (count: number): number[][] =>
  Array.from({ length: Math.ceil(count / PORTION) }, (_, portion) =>
    Array.from({ length: Math.min(PORTION, count - portion * PORTION) }, (_unused, index) => portion * PORTION + index),
  );

async function seed(server: TestApp): Promise<void> {
  const { database, foundation, people, modules } = server;
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
      const contentSealed = contentColumn.seal(foundation.vault, id, recordExample as never);
      return { id, recordId, version: 1, contentSealed, authorUserId, reasonSealed: null };
    });
    await transaction(async () => {
      await models.medicalRecords.bulkCreate(heads.map((head) => ({ ...head, ...rest })));
      await models.medicalRecordVersions.bulkCreate(versions);
    });
  }
  await seedVisit(server);
  for (let n = 0; n < FILES; n++) {
    const content = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(1_048_576)]);
    const file = await modules.files.store({ ownerId: authorUserId, category: 'record-attachment', name: `检查报告 ${n}.pdf`, content });
    const row = {
      id: randomUUID(),
      recordId: recordIds[n] ?? '',
      fileId: file.id,
      kind: 'pdf' as const,
      name: '检查报告',
      addedBy: authorUserId,
    };
    await transaction(() => models.medicalRecordAttachments.create(row));
  }
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
    const member = { id: memberId, consultationId, userId: people.patient.id, name: '王敏', role: 'patient' as const, accessEpoch: 1 };
    await models.members.create(member);
  });
  for (const numbers of portions(MESSAGES)) {
    const rows = numbers.map((seq) => ({
      consultationId,
      seq,
      memberId,
      clientMessageId: `${seq}`,
      name: '王敏',
      role: 'patient' as const,
      text: '今天早上血压 152/96',
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

const mariaDb = await startMariaDb();
const server = await startApp({ DATABASE_URL: await mariaDb.createDatabase() });
try {
  await seed(server);
  await server.stepUp(server.people.patient.token);
  const copy = await timed(server, 'copies');
  const row = await server.database.models.files.findOne({ where: { category: 'data-export' }, rejectOnEmpty: true });
  console.log(
    `Copy: ${copy.seconds.toFixed(1)} s, ${(Number(row.bytes) / 1_048_576).toFixed(0)} MB, event loop held up ${copy.heldUp.toFixed(0)} ms at most`,
  );
  const erasure = await timed(server, 'erasures');
  const done = await server.database.models.privacyRequests.count({ where: { kind: 'erase', state: 'done' } });
  console.log(`Erasure: ${erasure.seconds.toFixed(1)} s, event loop held up ${erasure.heldUp.toFixed(0)} ms at most`);
  process.exitCode = copy.seconds <= GOAL_SECONDS && done === 1 ? 0 : 1;
} finally {
  await server.close();
  await mariaDb.stop();
}
