/** Recordings in the database and over REST, on both engines, with real pieces and a real film. Who may is in the access matrix. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jest } from '@jest/globals';
import { Op } from 'sequelize';
import type { RecordingRecords } from '#rooms/ports.ts';
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import type { Database } from '#src/database/database.ts';
import { withoutTimeLimit } from '#src/database/time-limit.ts';
import type { Files } from '#src/files/service.ts';
import { createComposing } from '#src/recordings/composing.ts';
import type { SegmentRow } from '#src/recordings/model.ts';
import { createRecordingRecords } from '#src/recordings/records.ts';
import { type Method, type TestApp } from '../support/app.ts';
import { colourAt, factsOf, joinPieces, makePiece, volumeOf } from '../support/film.ts';
import { begunVisit, codesOf, dataOf, describeApps } from '../support/people.ts';
import { until } from '../support/wait.ts';

let folder: string;
const files = { red: '', blue: '', low: '', high: '' };

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-recordings-'));
  for (const name of Object.keys(files) as (keyof typeof files)[]) files[name] = path.join(folder, `${name}.webm`);
  // What a sender does whose upload gets better: the picture grows, and turns, in the middle of a piece.
  const sizes = ['160x120', '180x320'].map((size) => ({ size, file: path.join(folder, `red-${size}.webm`) }));
  for (const { size, file } of sizes) await makePiece(file, 1, { colour: 'red', size });
  await joinPieces(
    files.red,
    sizes.map(({ file }) => file),
  );
  await makePiece(files.blue, 2, { colour: 'blue' });
  await makePiece(files.low, 2, { hertz: 440 });
  await makePiece(files.high, 2, { hertz: 1_760 });
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describeApps('recordings', (server) => {
  let records: RecordingRecords;
  let visit: string;
  let epoch: number;
  let members: Record<'practitioner' | 'patient', string>;

  const call = (method: Method, url: string, who: keyof TestApp['people'], body?: unknown) =>
    server().call(method, `/api/v1${url}`, server().people[who].token, body);
  const allow = async (): Promise<void> => {
    const { settings } = server().foundation;
    const version = settings.list().find(({ key }) => key === 'recordings.enabled')!.version;
    await settings.set(server().people.administrator.id, 'recordings.enabled', true, version);
  };

  beforeAll(async () => {
    const { people, foundation, modules, database } = server();
    visit = await begunVisit(server(), people.doctor, people.patient);
    ({ epoch } = await createConsultationPolicy(database, foundation.vault).open(visit));
    records = createRecordingRecords({ ...foundation, files: modules.files });
    const rows = await database.models.members.findAll({ where: { consultationId: visit } });
    members = Object.fromEntries(rows.map(({ role, id }) => [role, id])) as typeof members;
  });

  /** Stores a piece of somebody. */
  async function piece(
    id: string,
    role: keyof typeof members,
    source: 'camera' | 'microphone',
    offsetMs: number,
    file: string,
  ): Promise<void> {
    const copy = path.join(folder, 'copy.webm');
    await copyFile(file, copy);
    const track = { memberId: members[role], peerId: role, producerId: `${role}-${source}`, source, durationMs: 2_000, path: copy };
    const segment = { id: randomUUID(), ...track, kind: source === 'camera' ? ('video' as const) : ('audio' as const), offsetMs };
    await records.segment(visit, epoch, id, segment);
    // Tried once more, because the first answer came too late: it is there once.
    await records.segment(visit, epoch, id, segment);
  }

  test('are refused until the clinic allows them, to those who may not, and twice at a time', async () => {
    await expect(records.ask(visit, epoch, members.practitioner)).rejects.toMatchObject({ code: 'recording_disabled' });
    await allow();
    await expect(records.ask(visit, epoch, members.patient)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(records.ask(visit, epoch - 1, members.practitioner)).rejects.toMatchObject({ code: 'stale_epoch' });
    const { id } = await records.ask(visit, epoch, members.practitioner);
    await expect(records.ask(visit, epoch, members.practitioner)).rejects.toMatchObject({ code: 'already_recording' });
    await records.decided(visit, epoch, id, members.patient, false);
    await expect(records.decided(visit, epoch - 1, id, members.patient, true)).rejects.toMatchObject({ code: 'stale_epoch' });
    const of = { id: randomUUID(), memberId: members.patient, peerId: 'p', producerId: 'p' };
    const track = { ...of, source: 'microphone', kind: 'audio', offsetMs: 0 } as const;
    for (const write of [
      records.moved(visit, epoch - 1, id, 'recording'),
      records.segment(visit, epoch - 1, id, { ...track, durationMs: 1, path: files.low }),
      records.ended(visit, epoch - 1, id, { reason: 'stopped', withdrawnBy: null }),
    ])
      await expect(write).rejects.toMatchObject({ code: 'stale_epoch' });
    expect(await records.current(visit)).toMatchObject({ id, state: 'asked', startedAt: null });
    // Nothing is kept of what nobody has consented to.
    await expect(piece(id, 'patient', 'microphone', 0, files.low)).rejects.toMatchObject({ code: 'not_found' });
    expect(await server().database.models.files.count({ where: { category: 'recording', state: 'active' } })).toBe(0);
    await records.ended(visit, epoch, id, { reason: 'stopped', withdrawnBy: null });
    expect(dataOf(await call('GET', `/recordings/${id}`, 'doctor'))).toMatchObject({ state: 'empty', keptUntil: null, pieces: 0 });
    expect(await records.current(visit)).toBeNull();
  });

  test('become a film with both people and their sound in it, handed out by links that are audited', async () => {
    const { database, workers, config, pushed, foundation, people, app } = server();
    const { id } = await records.ask(visit, epoch, members.practitioner);
    await records.decided(visit, epoch, id, members.patient, true);
    const begun = await records.moved(visit, epoch, id, 'recording');
    // On a node whose clock is an hour ahead it began at the same moment.
    jest.useFakeTimers({
      now: Date.now() + 3_600_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask', 'performance', 'hrtime'],
    });
    const there = await records.current(visit).finally(() => jest.useRealTimers());
    expect(there?.startedAt).toBe(begun.startedAt);
    expect(Math.abs(there!.zero! - begun.zero!)).toBeLessThan(60_000);
    await piece(id, 'practitioner', 'camera', 500, files.red);
    await piece(id, 'practitioner', 'microphone', 500, files.low);
    // Somebody who comes later, and a gap.
    await piece(id, 'patient', 'camera', 1_500, files.blue);
    await piece(id, 'patient', 'microphone', 3_000, files.high);
    await expect(call('POST', `/recordings/${id}/link`, 'doctor')).resolves.toMatchObject({ status: 409 });
    await records.ended(visit, epoch, id, { reason: 'withdrawn', withdrawnBy: members.patient });
    await expect(records.moved(visit, epoch, id, 'recording')).rejects.toMatchObject({ code: 'not_found' });
    expect(codesOf([await call('DELETE', `/recordings/${id}`, 'doctor')])).toEqual(['step_up_required']);
    // A node that has lost the room makes no film of pieces that another one may still keep.
    await expect(records.complete(visit, epoch - 1, id)).rejects.toMatchObject({ code: 'stale_epoch' });
    await records.complete(visit, epoch, id);
    await workers.drained();

    const detail = dataOf(await call('GET', `/recordings/${id}`, 'patient'));
    expect(detail).toMatchObject({ state: 'ready', progress: 100, endReason: 'withdrawn', durationSeconds: 5, pieces: 4 });
    const said = (detail.consents as { role: string; decision: string }[]).map(({ role, decision }) => `${role} ${decision}`);
    expect(said).toEqual(['practitioner consented', 'patient consented', 'patient withdrawn']);
    const told = pushed.filter(({ name }) => name === 'recording:progress').map(({ payload }) => payload);
    expect(told).toContainEqual({ recordingId: id, consultationId: visit, state: 'ready', progress: 100 });
    expect(dataOf(await call('GET', `/consultations/${visit}/recordings`, 'patient')).items).toHaveLength(2);
    // The pieces are gone, the manifest is not, and nothing of it lies about in the clear.
    expect(await database.models.recordingSegments.count({ where: { recordingId: id, fileId: null } })).toBe(4);
    expect(await readdir(path.join(config.DATA_DIR, 'films')).catch(() => [])).toEqual([]);

    const { url } = dataOf(await call('POST', `/recordings/${id}/link`, 'patient'));
    const answer = await app.inject({ method: 'GET', url });
    expect(answer.headers['content-type']).toBe('video/mp4');
    const film = path.join(folder, 'film.mp4');
    await writeFile(film, answer.rawPayload);
    const audited = await database.models.medicalAudit.findAll({ where: { patientId: people.patient.id, objectId: id }, order: ['seq'] });
    expect(audited.map(({ action, actorId }) => [action, actorId])).toEqual([
      ['create', people.doctor.id],
      ['read', people.patient.id],
    ]);
    expect((await foundation.audit.verify(people.patient.id)).broken).toBeNull();
    // Not by the way of other files.
    const { fileId } = (await database.models.recordings.findByPk(id))!;
    expect((await call('GET', `/files/${fileId}`, 'administrator')).status).toBe(404);

    const facts = await factsOf(film);
    expect(facts).toMatchObject({ width: 1_280, height: 360, codecs: ['aac', 'h264'] });
    expect(Math.abs(facts.seconds - 4.5)).toBeLessThan(0.2);
    const [left, right] = [
      { x: 200, y: 80, width: 200, height: 200 },
      { x: 840, y: 80, width: 200, height: 200 },
    ];
    const black = { red: 0, green: 0, blue: 0 };
    const isRed = ({ red, blue }: typeof black): boolean => red > 150 && blue < 80;
    const isBlue = ({ red, blue }: typeof black): boolean => blue > 150 && red < 80;
    const isBlack = ({ red, green, blue }: typeof black): boolean => red + green + blue < 90;
    expect(isRed(await colourAt(film, 0.5, left))).toBe(true);
    expect(isBlack(await colourAt(film, 0.5, right))).toBe(true);
    expect(isRed(await colourAt(film, 1.5, left)) && isBlue(await colourAt(film, 1.5, right))).toBe(true);
    expect(isBlack(await colourAt(film, 2.5, left)) && isBlue(await colourAt(film, 2.5, right))).toBe(true);
    expect(await volumeOf(film, 0.3, 1.2, 440)).toBeGreaterThan(-40);
    expect(await volumeOf(film, 2.1, 0.3)).toBeLessThan(-60);
    expect(await volumeOf(film, 3, 1.2, 1_760)).toBeGreaterThan(-40);
    expect(await volumeOf(film, 3, 1.2, 440)).toBeLessThan(-45);

    const { doctor } = server().people;
    await server().stepUp(doctor.token);
    const early = await call('DELETE', `/recordings/${id}`, 'doctor');
    expect(codesOf([early])).toEqual(['too_early']);
    expect(early.body.error.details).toEqual([{ keptUntil: detail.keptUntil }]);
    const years = new Date(Date.now() - 4 * 366 * 86_400_000);
    await database.transaction(() => database.models.recordings.update({ endedAt: years }, { where: { id } }));
    expect(dataOf(await call('DELETE', `/recordings/${id}`, 'doctor'))).toMatchObject({ state: 'deleted', bytes: null });
    await workers.drained();
    expect((await app.inject({ method: 'GET', url })).statusCode).toBe(404);
    await expect(database.transaction(() => database.models.recordings.destroy({ where: { id } }))).rejects.toThrow();
  }, 60_000);

  test('that the end of the visit leaves open, or that cannot be made, end in a state that says so', async () => {
    const { database, visits, workers } = server();
    const { id } = await records.ask(visit, epoch, members.practitioner);
    await records.moved(visit, epoch, id, 'recording');
    const broken = path.join(folder, 'broken.webm');
    await copyFile(files.low, broken);
    await piece(id, 'patient', 'camera', 0, broken);
    await database.transaction(() => visits.ended(visit));
    expect(await database.models.recordings.findByPk(id)).toMatchObject({ state: 'composing', endReason: 'ended', openKey: null });
    // A picture that is none: every try fails, and a person may try again.
    for (let attempt = 0; attempt < 4; attempt++) await expect(server().modules.recordings.compose(id, attempt)).rejects.toThrow(/ffmpeg/);
    await server().modules.recordings.compose(id, 4);
    expect(dataOf(await call('GET', `/recordings/${id}`, 'doctor')).state).toBe('failed');
    expect(dataOf(await call('POST', `/recordings/${id}/compose`, 'doctor'))).toMatchObject({ state: 'composing', progress: 0 });
    expect(codesOf([await call('POST', `/recordings/${id}/compose`, 'doctor')])).toEqual(['wrong_state']);
    await until(
      'the job to be tried',
      async () => (await database.models.outbox.count({ where: { topic: 'recording.compose', attempts: 1 } })) > 0,
    );
    await database.transaction(() =>
      database.models.outbox.update({ state: 'cancelled' }, { where: { topic: 'recording.compose', state: 'ready' } }),
    );
    await workers.drained();

    const forgotten = await records.ask(visit, epoch, members.practitioner);
    const long = new Date(Date.now() - 48 * 3_600_000);
    await database.transaction(() => database.models.recordings.update({ askedAt: long }, { where: { id: forgotten.id } }));
    await server().modules.recordings.sweep();
    expect(await database.models.recordings.findByPk(forgotten.id)).toMatchObject({ state: 'empty', endReason: 'left' });
  }, 60_000);

  /** A recording that is over; its film is made by the test alone. */
  async function over(...pieces: { offsetMs: number; file: string }[]): Promise<string> {
    const { database } = server();
    const { id } = await records.ask(visit, epoch, members.practitioner);
    await records.moved(visit, epoch, id, 'recording');
    for (const { offsetMs, file } of pieces) await piece(id, 'patient', 'microphone', offsetMs, file);
    await database.transaction(async () => {
      await records.ended(visit, epoch, id, { reason: 'stopped', withdrawnBy: null });
      await database.models.outbox.update({ state: 'cancelled' }, { where: { topic: 'recording.compose', state: 'ready' } });
    });
    return id;
  }

  const composing = (own: { store?: Files['store']; transaction?: Database['transaction'] }) => {
    const { foundation, modules, database } = server();
    const { transaction = database.transaction, store = modules.files.store } = own;
    const parts = { ...foundation, database: { ...database, transaction }, files: { ...modules.files, store } };
    return createComposing({ ...parts, pages: { notify: () => undefined } });
  };

  const recording = (id: string) => server().database.models.recordings.findByPk(id, { rejectOnEmpty: true });
  const pieces = (recordingId: string) => server().database.models.recordingSegments.findAll({ where: { recordingId } });
  const stateOf = async (id: string) => (await server().database.models.files.findByPk(id, { rejectOnEmpty: true })).state;

  /** Contents that are there and that nothing names. */
  async function unnamed(): Promise<string[]> {
    const { models } = server().database;
    const where = { fileId: { [Op.ne]: null } };
    const rows = [...(await models.recordings.findAll({ where })), ...(await models.recordingSegments.findAll({ where }))];
    const named = new Set(rows.map(({ fileId }) => fileId));
    const there = await models.files.findAll({ where: { category: 'recording', state: 'active' } });
    return there.map(({ id }) => id).filter((id) => !named.has(id));
  }

  test('whose last pieces come while the film is made are made into a film once more, with them in it', async () => {
    const { modules } = server();
    const id = await over({ offsetMs: 0, file: files.low });
    let films = 0;
    const compose = composing({
      async store(file) {
        if (films++ === 0) await piece(id, 'patient', 'microphone', 2_000, files.high);
        return modules.files.store(file);
      },
    });
    await expect(compose(id, 0)).rejects.toThrow('pieces came while the film was made');
    expect(await recording(id)).toMatchObject({ state: 'composing', fileId: null });
    expect((await pieces(id)).filter(({ fileId }) => fileId)).toHaveLength(2);
    expect(await unnamed()).toEqual([]);
    await compose(id, 1);
    expect(await recording(id)).toMatchObject({ state: 'ready', durationMs: 4_000 });
    expect((await pieces(id)).map(({ fileId }) => fileId)).toEqual([null, null]);
    expect(await unnamed()).toEqual([]);
  }, 60_000);

  test('are not empty when their only piece comes while that is noted', async () => {
    const { database } = server();
    const id = await over();
    let came = false;
    const compose = composing({
      async transaction(work) {
        if (!came) await piece(id, 'patient', 'microphone', 0, files.low);
        came = true;
        return database.transaction(work);
      },
    });
    await expect(compose(id, 0)).rejects.toThrow('pieces came while the film was made');
    expect((await recording(id)).state).toBe('composing');
    await compose(id, 1);
    expect((await recording(id)).state).toBe('ready');
  }, 60_000);

  test('are not empty either when their only piece is just being noted', async () => {
    const { database, modules } = server();
    const { recordingSegments } = database.models;
    const id = await over();
    const [checked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const create = recordingSegments.create.bind(recordingSegments) as (values: unknown) => Promise<SegmentRow>;
    const noting = jest.spyOn(recordingSegments, 'create').mockImplementationOnce(async (values: unknown) => {
      checked.resolve();
      await goOn.promise;
      return create(values);
    });
    // Its transaction may stand still for longer than five seconds, should the machine be slow.
    const late = withoutTimeLimit(() => piece(id, 'patient', 'microphone', 0, files.low));
    await checked.promise;
    const made = modules.recordings.compose(id, 0).catch(() => undefined);
    // It waits for the row for two seconds and gives up. SQLite has one writer: there it would wait for ever.
    if (database.dialect === 'mysql') await made;
    goOn.resolve();
    await late;
    noting.mockRestore();
    await made;
    expect((await recording(id)).state).not.toBe('empty');
    await modules.recordings.compose(id, 1);
    expect((await recording(id)).state).toBe('ready');
    expect(await unnamed()).toEqual([]);
  }, 60_000);

  /** A database whose next transaction after `arm` fails: before anything happens, or with the answer to its commit. */
  function failing(committed: boolean) {
    const { database } = server();
    let armed = false;
    const transaction: Database['transaction'] = async (work) => {
      const fails = armed;
      armed = false;
      const result = fails && !committed ? null : await database.transaction(work);
      if (fails || result === null) throw new Error('the database went away');
      return result;
    };
    return { transaction, arm: () => void (armed = true) };
  }

  test('whose film is stored but cannot be noted throw it away, unless it was noted after all', async () => {
    const { modules } = server();
    const id = await over({ offsetMs: 0, file: files.low });
    for (const committed of [false, true]) {
      const { transaction, arm } = failing(committed);
      const compose = composing({
        transaction,
        async store(file) {
          const film = await modules.files.store(file);
          arm();
          return film;
        },
      });
      await expect(compose(id, 0)).rejects.toThrow('the database went away');
      expect((await recording(id)).state).toBe(committed ? 'ready' : 'composing');
      expect(await unnamed()).toEqual([]);
    }
    expect(await stateOf((await recording(id)).fileId!)).toBe('active');
  }, 60_000);

  test('keep a piece that was noted although the answer was lost', async () => {
    const { foundation, modules, database } = server();
    const { transaction, arm } = failing(true);
    const { id } = await records.ask(visit, epoch, members.practitioner);
    await records.moved(visit, epoch, id, 'recording');
    const unsure = createRecordingRecords({ ...foundation, database: { ...database, transaction }, files: modules.files });
    const track = { memberId: members.patient, peerId: 'p', producerId: 'p', source: 'microphone', kind: 'audio' } as const;
    const segment = { id: randomUUID(), ...track, offsetMs: 0, durationMs: 2_000, path: files.low };
    arm();
    await expect(unsure.segment(visit, epoch, id, segment)).rejects.toThrow('the database went away');
    await unsure.segment(visit, epoch, id, segment);
    const [only] = await pieces(id);
    expect(await stateOf(only!.fileId!)).toBe('active');
    expect(await unnamed()).toEqual([]);
    await records.ended(visit, epoch, id, { reason: 'stopped', withdrawnBy: null });
  });

  test('leave contents that nothing names to nobody, and the sweep takes them once they are a day old', async () => {
    const { database, modules } = server();
    // A piece and a film that are as old and are named.
    await over({ offsetMs: 0, file: files.low });
    await modules.recordings.compose(await over({ offsetMs: 0, file: files.low }), 0);
    const store = async (): Promise<string> =>
      (await modules.files.store({ ownerId: null, category: 'recording', name: 'left', content: createReadStream(files.low) })).id;
    const [old, young] = [await store(), await store()];
    expect((await call('GET', `/files/${old}`, 'administrator')).status).toBe(404);
    expect(codesOf([await call('PATCH', `/files/${old}`, 'administrator', { category: 'document' })])).toEqual(['in_use']);
    const named = (await database.models.files.findAll({ where: { category: 'recording', state: 'active' } }))
      .map(({ id }) => id)
      .filter((id) => ![old, young].includes(id));
    expect(named.length).toBeGreaterThan(1);
    const replacements = { at: database.time(new Date(Date.now() - 25 * 3_600_000)), ids: [old, ...named] };
    await database.sequelize.query('UPDATE files SET created_at = :at WHERE id IN (:ids)', { replacements });
    await modules.recordings.sweep();
    expect(await stateOf(old)).toBe('deleted');
    for (const id of [young, ...named]) expect([id, await stateOf(id)]).toEqual([id, 'active']);
  }, 60_000);
});
