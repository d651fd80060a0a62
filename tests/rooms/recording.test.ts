/** Consent to a recording, as state of the room. What is recorded is real in tests/rtc/recording.test.ts. */
import { createMemorySnapshotStore } from '#rooms/memory-snapshot-store.ts';
import { createMemoryWorld, type MemoryVisit } from '#tests/support/memory-ports.ts';
import { createMemoryRecordings, type MemoryRecordings } from '#tests/support/memory-recordings.ts';
import type { RoomServer } from '#tests/support/room-server.ts';
import { type Person, roomSuite } from '#tests/support/room-suite.ts';
import { until } from '#tests/support/wait.ts';

const suite = roomSuite();

interface Scene {
  server: RoomServer;
  recording: MemoryRecordings;
  visit: MemoryVisit;
  doctor: Person;
  patient: Person;
}

/** A doctor and a patient in a room without a lobby. */
async function scene(settings?: Record<string, string>): Promise<Scene> {
  const world = createMemoryWorld();
  const recording = createMemoryRecordings(world);
  const server = await suite.start(settings, { world, recording });
  const visit = world.visit({ lobby: false });
  const doctor = await suite.person(server, visit, 'practitioner', '医生');
  const patient = await suite.person(server, visit, 'patient', '王芳');
  await doctor.client.enter(visit);
  await patient.client.enter(visit);
  return { server, recording, visit, doctor, patient };
}

/** Asks, and has the patient consent. */
async function begin({ doctor, patient, recording }: Scene): Promise<string> {
  const { recordingId } = await doctor.client.ok('recording:ask', {});
  await patient.client.next('recording:updated', ({ recording: { own } }) => own === 'waiting');
  await patient.client.ok('recording:consent', { recordingId, consent: true });
  await patient.client.next('recording:updated', ({ recording: { state } }) => state === 'recording');
  expect(recording.followed()).toHaveLength(2);
  return recordingId;
}

const state = (wanted: string) => (payload: { recording: { state: string } }) => payload.recording.state === wanted;

test('recording:ask asks everybody present; nothing is recorded before all consent, and consent is stored first', async () => {
  const { doctor, patient, recording } = await scene();
  const { recordingId } = await doctor.client.ok('recording:ask', {});
  const asked = await patient.client.next('recording:updated');
  expect(asked.recording).toMatchObject({ id: recordingId, state: 'asked', own: 'waiting', startedAt: null, missing: [] });
  const seen = await doctor.client.next('recording:updated');
  expect(seen.recording).toMatchObject({ own: 'consented', missing: [{ name: '王芳', reason: 'waiting' }] });
  expect(recording.followed()).toEqual([]);
  await patient.client.ok('recording:consent', { recordingId, consent: true });
  await doctor.client.next('recording:updated', state('recording'));
  expect(recording.log).toEqual(['stored ask', 'stored consent', 'stored recording', 'records 2']);
});

test('a refusal keeps it from beginning; the practitioner sees who refused; a change of mind begins it', async () => {
  const { doctor, patient, recording } = await scene();
  const { recordingId } = await doctor.client.ok('recording:ask', {});
  await patient.client.ok('recording:consent', { recordingId, consent: false });
  const seen = await doctor.client.next('recording:updated', ({ recording: { missing } }) => missing[0]?.reason === 'refused');
  expect(seen.recording.state).toBe('asked');
  expect(recording.log).toEqual(['stored ask', 'stored refusal']);
  await patient.client.ok('recording:consent', { recordingId, consent: true });
  await doctor.client.next('recording:updated', state('recording'));
});

test('somebody new pauses it before the others hear of them; it goes on when they consent, or leave', async () => {
  const all = await scene();
  const { server, visit, doctor, recording } = all;
  const recordingId = await begin(all);
  const guest = await suite.person(server, visit, 'guest', '家属');
  const inside = await guest.client.enter(visit);
  expect(inside.room.recording).toMatchObject({ id: recordingId, state: 'paused', own: 'waiting' });
  expect(recording.followed()).toEqual([]);
  const seen = await doctor.client.next('recording:updated', state('paused'));
  expect(seen.recording.missing).toEqual([{ memberId: guest.memberId, name: '家属', reason: 'waiting' }]);
  await guest.client.ok('recording:consent', { recordingId, consent: true });
  await until('three to be recorded', () => recording.followed().length === 3);
  const observer = await suite.person(server, visit, 'observer');
  await observer.client.enter(visit);
  expect(recording.followed()).toEqual([]);
  await observer.client.ok('recording:consent', { recordingId, consent: false });
  await observer.client.ok('room:leave', {});
  await until('three to be recorded again', () => recording.followed().length === 3);
});

test('recording:withdraw of anybody stops it before it is answered, whatever the database does', async () => {
  const all = await scene();
  const { doctor, patient, recording } = all;
  const recordingId = await begin(all);
  let failures = 2;
  recording.hooks.beforeWrite = (what) => {
    if (what === 'withdrawn' && failures-- > 0) throw new Error('the database is away');
  };
  expect(await patient.client.code('recording:withdraw', { recordingId })).toBe('storage_unavailable');
  expect(recording.followed()).toEqual([]);
  // Stored as soon as that is possible, without anybody asking again.
  expect(await doctor.client.next('recording:ended')).toEqual({ recordingId, reason: 'withdrawn' });
  expect(recording.rows[0]?.over).toEqual({ reason: 'withdrawn', withdrawnBy: patient.memberId });
  await until('its film to be planned', () => recording.rows[0]?.complete);
  expect(recording.log.lastIndexOf('records nobody')).toBeLessThan(recording.log.indexOf('stored withdrawn'));
  expect(await doctor.client.code('recording:consent', { recordingId, consent: true })).toBe('not_found');
  // A new one may be asked for.
  expect(await doctor.client.ok('recording:ask', {})).toEqual({ recordingId: 'recording-2' });
});

test('what somebody says is stored in the order in which it was said, however long the database takes', async () => {
  const { doctor, patient, recording } = await scene();
  const { recordingId } = await doctor.client.ok('recording:ask', {});
  recording.hooks.beforeWrite = (what) => (what === 'consent' ? new Promise((resolve) => setTimeout(resolve, 100)) : undefined);
  const consenting = patient.client.ok('recording:consent', { recordingId, consent: true });
  // Not stored yet, so this takes nothing back: it refuses.
  await patient.client.ok('recording:withdraw', { recordingId });
  await consenting;
  expect(recording.log).toEqual(['stored ask', 'stored consent', 'stored refusal']);
  const seen = await doctor.client.next('recording:updated', ({ recording: { missing } }) => missing[0]?.reason === 'refused');
  expect(seen.recording.state).toBe('asked');
});

test('everybody is told when nothing can be kept, and when it can again; recording:stop ends it; one at a time; only practitioners', async () => {
  const all = await scene();
  const { doctor, patient, recording } = all;
  const recordingId = await begin(all);
  for (const fault of ['storage', null] as const) {
    recording.fault(fault);
    await patient.client.next('recording:updated', ({ recording: view }) => view.state === 'recording' && view.fault === fault);
  }
  expect(await doctor.client.code('recording:ask', {})).toBe('already_recording');
  expect(await patient.client.code('recording:stop', { recordingId })).toBe('forbidden');
  await doctor.client.ok('recording:stop', { recordingId });
  expect(await patient.client.next('recording:ended')).toEqual({ recordingId, reason: 'stopped' });
  expect(recording.followed()).toEqual([]);
});

test('a page that cannot show it keeps it from beginning', async () => {
  const all = await scene();
  const { server, visit, doctor, recording } = all;
  const recordingId = await begin(all);
  const member = server.world.member(visit, 'guest', '旧页面');
  const old = await server.connect(member.token, { auth: { token: member.token, protocol: '1.2' } });
  await old.enter(visit);
  expect(recording.followed()).toEqual([]);
  const seen = await doctor.client.next('recording:updated', state('paused'));
  expect(seen.recording.missing).toEqual([{ memberId: member.memberId, name: '旧页面', reason: 'unable' }]);
  expect(await old.code('recording:consent', { recordingId, consent: true })).toBe('protocol_mismatch');
});

test('a server without a recorder, or whose recorder cannot, says so', async () => {
  const { doctor, recording } = await scene();
  recording.hooks.unavailable = 'no_ffmpeg';
  expect(await doctor.client.code('recording:ask', {})).toBe('recording_unavailable');
  expect(recording.rows).toEqual([]);
});

test('after a restart it is paused until everybody is back; who refused and was not stored does not count as consenting', async () => {
  const all = await scene();
  const { server, visit, doctor, patient, recording } = all;
  const recordingId = await begin(all);
  await server.stop();
  expect(recording.rows[0]).toMatchObject({ state: 'paused', over: null });
  const next = await suite.start({}, { world: server.world, snapshots: server.snapshots, port: server.port, recording });
  const desk = await next.connect(doctor.token);
  const back = await desk.enter(visit, { deviceId: doctor.client.deviceId });
  expect(back.room.recording).toMatchObject({ id: recordingId, state: 'paused', own: 'consented' });
  expect(recording.followed()).toEqual([]);
  const phone = await next.connect(patient.token);
  await phone.enter(visit, { deviceId: patient.client.deviceId });
  await desk.next('recording:updated', state('recording'));

  recording.hooks.beforeWrite = (what) => {
    if (what === 'refusal') throw new Error('the database is away');
  };
  expect(await phone.code('recording:consent', { recordingId, consent: false })).toBe('storage_unavailable');
  expect(recording.followed()).toEqual([]);
  await next.stop();
  delete recording.hooks.beforeWrite;
  const last = await suite.start({}, { world: server.world, snapshots: server.snapshots, port: server.port, recording });
  const again = await last.connect(patient.token);
  const inside = await again.enter(visit, { deviceId: patient.client.deviceId });
  expect(inside.room.recording).toMatchObject({ state: 'paused', own: 'refused' });
});

test('after a crash everybody is asked anew: what somebody took back may not have been stored', async () => {
  const all = await scene();
  const { server, visit, doctor, patient, recording } = all;
  const recordingId = await begin(all);
  // What is left of a process that is killed while the database is away: the withdrawal is in no snapshot and in no row.
  const left = createMemorySnapshotStore();
  await until('a snapshot', async () => (await server.snapshots.load(visit.consultationId)) !== null);
  await left.save(visit.consultationId, (await server.snapshots.load(visit.consultationId))!);
  recording.hooks.beforeWrite = () => {
    throw new Error('the database is away');
  };
  expect(await patient.client.code('recording:withdraw', { recordingId })).toBe('storage_unavailable');
  await server.stop();
  delete recording.hooks.beforeWrite;
  expect(recording.rows[0]).toMatchObject({ state: 'recording', over: null });

  const next = await suite.start({}, { world: server.world, snapshots: left, port: server.port, recording });
  const [desk, phone] = [await next.connect(doctor.token), await next.connect(patient.token)];
  await desk.enter(visit, { deviceId: doctor.client.deviceId });
  const back = await phone.enter(visit, { deviceId: patient.client.deviceId });
  expect(back.room.recording).toMatchObject({ id: recordingId, state: 'paused', own: 'waiting' });
  expect(recording.followed()).toEqual([]);
  await desk.ok('recording:consent', { recordingId, consent: true });
  expect(recording.followed()).toEqual([]);
  await phone.ok('recording:consent', { recordingId, consent: true });
  await desk.next('recording:updated', state('recording'));
});

test('a refusal and a stop that cannot be stored are stored as soon as that is possible, or as the room stops', async () => {
  const all = await scene();
  const { server, patient, doctor, recording } = all;
  const recordingId = await begin(all);
  let failures = 2;
  recording.hooks.beforeWrite = (what) => {
    if (what === 'refusal' && failures-- > 0) throw new Error('the database is away');
  };
  expect(await patient.client.code('recording:consent', { recordingId, consent: false })).toBe('storage_unavailable');
  const said = () => recording.rows[0]?.decisions.find(({ memberId }) => memberId === patient.memberId)?.consent;
  await until('the refusal to be stored', () => said() === false);

  failures = 1;
  recording.hooks.beforeWrite = (what) => {
    if (what === 'stopped' && failures-- > 0) throw new Error('the database is away');
  };
  expect(await doctor.client.code('recording:stop', { recordingId })).toBe('storage_unavailable');
  await server.stop();
  expect(recording.rows[0]?.over).toEqual({ reason: 'stopped', withdrawnBy: null });
});

test('a question that is stored after nobody waits for it any more is found by the next one', async () => {
  const { doctor, patient, recording } = await scene();
  let stored = (): void => undefined;
  recording.hooks.beforeWrite = () => new Promise<void>((resolve) => void (stored = resolve));
  expect(await doctor.client.code('recording:ask', {})).toBe('storage_unavailable');
  delete recording.hooks.beforeWrite;
  stored();
  await until('it to be stored', () => recording.rows.length === 1);
  const { recordingId } = await doctor.client.ok('recording:ask', {});
  expect(recording.rows).toHaveLength(1);
  await patient.client.ok('recording:consent', { recordingId, consent: true });
  await doctor.client.next('recording:updated', state('recording'));
});

test('the end of the visit ends it; a node that lost the room keeps nothing more of it', async () => {
  const all = await scene();
  const { server, visit, doctor, recording } = all;
  await begin(all);
  const before = recording.writes.length;
  // Another node takes the room over.
  visit.epoch++;
  await recording.piece({
    peerId: recording.followed()[0]!,
    producerId: 'p',
    kind: 'audio',
    source: 'microphone',
    startedAt: 0,
    durationMs: 1,
    path: '',
  });
  await until('the room to quit', () => server.rooms.stats().rooms === 0 || recording.followed().length === 0);
  expect(recording.writes).toHaveLength(before);
  const again = await server.connect(doctor.token);
  await again.enter(visit, { deviceId: doctor.client.deviceId });
  await again.ok('room:end', {});
  await until('its film to be planned', () => recording.rows[0]?.complete);
  expect(recording.followed()).toEqual([]);
});
