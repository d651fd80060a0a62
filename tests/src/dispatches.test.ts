import { randomUUID } from 'node:crypto';
import { openClinic } from '#tests/support/clinic.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';

const at = (time: string) => `2090-01-02T${time}:00.000Z`;

describeApps('dispatches', (server) => {
  let desk: { id: string; token: string };
  let other: { id: string; token: string };
  const call = (...[method, path, token, body]: Parameters<ReturnType<typeof server>['call']>) =>
    server().call(method, `/api/v1${path}`, token, body);
  const send = (startsAt: string, durationMinutes: number, more: object = {}, token = desk.token) =>
    call('POST', '/dispatches', token, { staffId: server().people.pharmacist.id, startsAt: at(startsAt), durationMinutes, ...more });
  const change = (task: { id: string; version: number }, input: object) =>
    call('PATCH', `/dispatches/${task.id}`, desk.token, { version: task.version, ...input });
  const step = (task: { id: string; version: number }, name: 'finish' | 'cancel', token = desk.token) =>
    call('POST', `/dispatches/${task.id}/${name}`, token, { version: task.version });

  async function hire(account: string) {
    const { id } = await server().modules.users.create({
      account,
      name: `Name of ${account}`,
      password: 'correct horse',
      roles: ['service_staff'],
    });
    return { id, token: await server().signIn(account) };
  }
  beforeAll(async () => {
    desk = await hire('desk');
    other = await hire('nurse');
  });

  test('create() stores who goes where, when and for how long, sealed where it is personal, and tells them', async () => {
    const { pharmacist } = server().people;
    const task = dataOf(await send('01:00', 90, { locationInfo: '幸福路 3 号', notes: '带心电图机' }));
    expect(task).toMatchObject({
      ...{ staff: { id: pharmacist.id }, appointmentId: null, startsAt: at('01:00'), endsAt: at('02:30'), durationMinutes: 90 },
      ...{ locationInfo: '幸福路 3 号', notes: '带心电图机', state: 'planned', version: 1 },
    });
    const row = await server().database.models.dispatches.findByPk(task.id, { rejectOnEmpty: true });
    expect(`${row.locationSealed}${row.notesSealed}`).not.toMatch(/幸福|心电/);
    await server().workers.drained();
    const { items } = dataOf(await call('GET', '/notifications', pharmacist.token));
    expect(items[0]).toMatchObject({ kind: 'dispatch.assigned', subject: { id: task.id } });
    expect(dataOf(await call('GET', `/dispatches/${task.id}`, pharmacist.token))).toEqual(task);
  });

  test('nobody is sent to two places at once, however many ask', async () => {
    const first = dataOf(await send('03:00', 60));
    const clash = await send('03:30', 60);
    expect([clash.status, clash.body.error.code, clash.body.error.details]).toEqual([
      409,
      'staff_busy',
      [{ kind: 'dispatch', id: first.id }],
    ]);
    expect((await send('03:30', 60, { staffId: other.id })).status).toBe(200);
    expect((await send('04:00', 30)).status).toBe(200);
    const many = await Promise.all(Array.from({ length: 5 }, () => send('05:00', 30)));
    expect(codesOf(many).filter((code) => code === null)).toHaveLength(1);
    expect(codesOf(many).filter((code) => code === 'staff_busy')).toHaveLength(4);
    dataOf(await step(first, 'cancel'));
    expect((await send('03:00', 30)).status).toBe(200);
  });

  test('change() checks the new time and person; finish() and cancel() come once', async () => {
    const task = dataOf(await send('07:00', 30));
    dataOf(await send('07:30', 30));
    expect((await change(task, { durationMinutes: 45 })).body.error.code).toBe('staff_busy');
    const moved = dataOf(await change(task, { startsAt: at('06:30'), durationMinutes: 60, notes: '改期' }));
    expect(moved).toMatchObject({ startsAt: at('06:30'), endsAt: at('07:30'), notes: '改期', version: 2 });
    expect((await change(task, { notes: null })).body.error.code).toBe('conflict');
    const given = dataOf(await change(moved, { staffId: other.id }));
    expect(given.staff.id).toBe(other.id);
    expect((await send('06:30', 30)).status).toBe(200);
    expect((await step(given, 'finish', server().people.pharmacist.token)).body.error.code).toBe('not_found');
    expect(dataOf(await step(given, 'finish', other.token))).toMatchObject({ state: 'done' });
    const late = [await step(given, 'finish', other.token), await step(given, 'cancel'), await change(given, { notes: 'x' })];
    expect(codesOf(late)).toEqual(Array(3).fill('wrong_state'));
  });

  test('a practitioner’s appointments and leave are in the way, their own visit is not', async () => {
    const { doctor, patient, administrator } = server().people;
    const { practitionerId, serviceId, times } = await openClinic(server(), doctor.id);
    const [time = ''] = times;
    const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
    const { appointmentId } = dataOf(
      await call('POST', '/appointments', patient.token, { practitionerId, serviceId, scheduledTime: time, ...contact }),
    );
    const task = { staffId: doctor.id, startsAt: time };
    expect((await send('', 30, task)).body.error.details).toEqual([{ kind: 'appointment' }]);
    expect(dataOf(await send('', 30, { ...task, appointmentId })).appointmentId).toBe(appointmentId);
    const leave = dataOf(
      await call('POST', `/practitioners/${practitionerId}/leaves`, doctor.token, {
        kind: 'sick',
        startsAt: at('01:00'),
        endsAt: at('02:00'),
      }),
    );
    dataOf(await call('POST', `/leaves/${leave.id}/approve`, administrator.token, { version: 1 }));
    expect((await send('01:30', 30, { staffId: doctor.id })).body.error.details).toEqual([{ kind: 'leave' }]);
    expect((await send('02:00', 30, { staffId: doctor.id })).status).toBe(200);
  });

  test('of a task and a booking at the same time one comes true, whichever is first', async () => {
    const { otherDoctor, patient } = server().people;
    const { practitionerId, serviceId, times } = await openClinic(server(), otherDoctor.id);
    const { models, transaction } = server().database;
    // As it is once somebody has entered hours.
    await transaction(() => models.schedules.bulkCreate([{ practitionerId, version: 0, claims: 0 }]));
    const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
    const bookAt = (scheduledTime: string) =>
      call('POST', '/appointments', patient.token, { serviceId, practitionerId, scheduledTime, ...contact });
    const sendAt = (startsAt: string) =>
      call('POST', '/dispatches', desk.token, { staffId: otherDoctor.id, startsAt, durationMinutes: 30 });
    for (const time of times.slice(10, 16)) {
      const [booked, sent] = await Promise.all([bookAt(time), sendAt(time)]);
      const codes = codesOf([booked, sent]);
      expect([
        ['slot_taken', null],
        [null, 'staff_busy'],
      ]).toContainEqual(codes);
      if (codes[0] === null) await server().modules.orders.fire(booked.body.data.orderId, 'PAY_FAIL', { actorId: null });
    }
    const sent = await models.dispatches.findAll({ where: { staffId: otherDoctor.id, state: 'planned' } });
    for (const { startsAt } of sent) expect((await bookAt(startsAt.toISOString())).body.error.code).toBe('slot_taken');
  });

  test('list() has own tasks, everybody’s for staff who plan', async () => {
    const mine = dataOf(await send('09:00', 30, { staffId: other.id }));
    const theirs = dataOf(await send('09:00', 30));
    const ids = async (token: string, query = '') =>
      dataOf(await call('GET', `/dispatches?pageSize=100${query}`, token)).items.map(({ id }: { id: string }) => id);
    const { pharmacist, patient } = server().people;
    expect(await ids(desk.token, `&from=${at('09:00')}&to=${at('09:01')}`)).toEqual(expect.arrayContaining([mine.id, theirs.id]));
    expect(await ids(desk.token, `&staffId=${other.id}&state=planned&from=${at('08:00')}`)).toEqual([mine.id]);
    expect(await ids(pharmacist.token)).toContain(theirs.id);
    expect(await ids(pharmacist.token)).not.toContain(mine.id);
    expect(await ids(pharmacist.token, `&staffId=${other.id}`)).toEqual([]);
    expect(await ids(patient.token)).toEqual([]);
    const refused = [
      await call('GET', `/dispatches/${mine.id}`, pharmacist.token),
      await send('10:00', 30, {}, pharmacist.token),
      await send('10:00', 30, { staffId: patient.id }),
      await send('10:00', 30, { staffId: randomUUID() }),
      await send('10:00', 30, { appointmentId: randomUUID() }),
      await send('10:00', 0),
      await change({ id: randomUUID(), version: 1 }, { notes: 'x' }),
    ];
    const codes = ['not_found', 'forbidden', 'unknown_user', 'unknown_user', 'unknown_appointment', 'invalid_request', 'not_found'];
    expect(codesOf(refused)).toEqual(codes);
  });
});
