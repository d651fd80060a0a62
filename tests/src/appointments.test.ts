import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { type BookableClinic, openClinic } from '#tests/support/clinic.ts';
import { newMariaDb } from '#tests/support/databases.ts';

describe.each(['sqlite', 'mysql'] as const)('appointments on %s', (dialect) => {
  let server: TestApp;
  let clinic: BookableClinic;
  let next = 0;

  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
    clinic = await openClinic(server, server.people.doctor.id);
  });
  afterAll(() => server.close());

  /** A free time that no other test uses. */
  const freeTime = (): string => clinic.times[next++] ?? '';
  const contact = { contactPerson: '王敏', contactPhone: '13800138000', notes: '首次就诊' };
  const body = (scheduledTime: string, more: object = {}) => ({
    ...{ serviceId: clinic.serviceId, practitionerId: clinic.practitionerId, scheduledTime },
    ...contact,
    ...more,
  });
  const book = (scheduledTime: string, token = server.people.patient.token, more: object = {}) =>
    server.call('POST', '/api/v1/appointments', token, body(scheduledTime, more));
  const pay = (orderId: string) => server.modules.orders.fire(orderId, 'PAY_SUCCESS', { actorId: null });
  async function booked(scheduledTime = freeTime(), token = server.people.patient.token) {
    const { body: answer } = await book(scheduledTime, token);
    await pay(answer.data.orderId);
    return answer.data as { appointmentId: string; orderId: string };
  }
  const act = (id: string, action: string, token: string, input?: object) =>
    server.call('POST', `/api/v1/appointments/${id}/${action}`, token, input);
  const get = async (id: string, token = server.people.patient.token) =>
    (await server.call('GET', `/api/v1/appointments/${id}`, token)).body;

  test('a booking holds the place, its payment confirms it with number, room and notices for both sides', async () => {
    const { patient, doctor } = server.people;
    const time = freeTime();
    const made = (await book(time)).body.data;
    expect(made).toMatchObject({
      status: 'pending',
      amount: 99,
      orderNo: expect.stringMatching(/^ORDER/),
      scheduledTime: new Date(time).toISOString(),
    });
    expect(Date.parse(made.payUntil)).toBeGreaterThan(Date.now());
    await pay(made.orderId);
    const seen = (await get(made.appointmentId)).data;
    expect(seen).toMatchObject({ status: 'confirmed', queueNo: 1, contactPhone: '13800138000', consultationId: expect.any(String) });
    expect(seen.appointmentNo).toMatch(/^APT\d{12}$/);
    const order = (await server.call('GET', `/api/v1/orders/${made.orderId}`, patient.token)).body.data;
    expect(order.status).toBe('CONFIRMED');
    const visit = await server.call('GET', `/api/v1/consultations/${seen.consultationId}`, doctor.token);
    expect(visit.body.data).toMatchObject({
      status: 'scheduled',
      patient: { id: patient.id },
      scheduledStart: new Date(time).toISOString(),
    });
    await server.workers.drained();
    for (const { token } of [patient, doctor]) {
      const notices = await server.call('GET', '/api/v1/notifications', token);
      expect(notices.body.data.items.map(({ kind }: { kind: string }) => kind)).toContain('appointment.confirmed');
    }
    const row = await server.database.models.appointments.findByPk(made.appointmentId, { rejectOnEmpty: true });
    expect(row.detailsSealed).not.toMatch(/王敏|13800138000/);
  });

  test('of many who want the last place one gets it, the others 409, and nothing else is left behind', async () => {
    const time = freeTime();
    const { patient, otherPatient } = server.people;
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => book(time, (n % 2 ? patient : otherPatient).token)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(9).fill(409)]);
    const codes = answers.filter(({ status }) => status === 409).map(({ body: answer }) => answer.error.code);
    expect(new Set(codes).isSubsetOf(new Set(['slot_taken', 'patient_busy']))).toBe(true);
    const { appointments, orders } = server.database.models;
    expect(await appointments.count({ where: { startsAt: new Date(time) } })).toBe(1);
    expect(await orders.count({ where: { status: 'PENDING' } })).toBe(await appointments.count({ where: { status: 'pending' } }));
    const winner = answers.find(({ status }) => status === 200)?.body.data;
    await server.modules.orders.fire(winner.orderId, 'PAY_FAIL', { actorId: null });
  });

  test('a hold that ran out gives the place free', async () => {
    const time = freeTime();
    const made = (await book(time)).body.data;
    await server.database.models.appointmentClaims.update({ heldUntil: new Date(0) }, { where: { appointmentId: made.appointmentId } });
    const second = await book(time, server.people.otherPatient.token);
    expect(second.status).toBe(200);
    expect((await get(made.appointmentId)).data.status).toBe('cancelled');
    await pay(second.body.data.orderId);
    await expect(pay(made.orderId)).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('a patient is not in two places at once, and holds no more than a few unpaid places', async () => {
    const { otherDoctor, patient } = server.people;
    const elsewhere = await openClinic(server, otherDoctor.id, { price: 0 });
    const time = freeTime();
    await booked(time);
    const there = { serviceId: elsewhere.serviceId, practitionerId: elsewhere.practitionerId };
    expect((await book(time, patient.token, there)).body.error.code).toBe('patient_busy');
    const held = await Promise.all([book(freeTime()), book(freeTime()), book(freeTime())]);
    expect((await book(freeTime())).body.error.code).toBe('too_many_holds');
    for (const { body: answer } of held) await server.modules.orders.fire(answer.data.orderId, 'PAY_FAIL', { actorId: null });
    const free = await book(freeTime(), patient.token, there);
    expect(free.body.data).toMatchObject({ status: 'confirmed', amount: 0, payUntil: null });
  });

  test('times outside of hours, in the past, off the grid, and another price are refused with their reasons', async () => {
    const night = new Date(Date.parse(freeTime()) + 12 * 3_600_000).toISOString();
    expect((await book(night)).body.error).toMatchObject({ code: 'slot_unavailable', details: [{ code: 'outside_hours' }] });
    const odd = new Date(Date.parse(freeTime()) + 7 * 60_000).toISOString();
    expect((await book(odd)).body.error.details).toMatchObject([{ code: 'misaligned' }]);
    const past = new Date(Date.parse(clinic.times[0] ?? '') - 30 * 86_400_000).toISOString();
    expect((await book(past)).body.error.details).toEqual(expect.arrayContaining([expect.objectContaining({ code: 'in_past' })]));
    expect((await book(freeTime(), server.people.patient.token, { amount: 1 })).body.error).toMatchObject({
      code: 'price_changed',
      details: [{ amount: 99 }],
    });
    expect((await book(freeTime(), server.people.patient.token, { profileId: randomUUID() })).body.error.code).toBe('not_found');
  });

  test('moving takes the new time and frees the old one; taken times refuse', async () => {
    const { patient, otherPatient } = server.people;
    const [old, wanted, taken] = [freeTime(), freeTime(), freeTime()];
    const { appointmentId } = await booked(old);
    await booked(taken, otherPatient.token);
    const move = (scheduledTime: string) =>
      server.call('PATCH', `/api/v1/appointments/${appointmentId}`, patient.token, { scheduledTime, notes: '改期' });
    expect((await move(taken)).body.error.code).toBe('slot_taken');
    expect((await get(appointmentId)).data.startsAt).toBe(new Date(old).toISOString());
    const moved = await move(wanted);
    expect(moved.body.data).toMatchObject({ startsAt: new Date(wanted).toISOString(), notes: '改期', queueNo: 1 });
    expect((await book(old, otherPatient.token)).status).toBe(200);
    const visit = await server.call('GET', `/api/v1/consultations/${moved.body.data.consultationId}`, patient.token);
    expect(visit.body.data.scheduledStart).toBe(new Date(wanted).toISOString());
    const offer = (isActive: boolean) =>
      server.call('PATCH', `/api/v1/services/${clinic.serviceId}`, server.people.administrator.token, { isActive });
    await offer(false);
    expect((await move(freeTime())).body).toMatchObject({ code: 422, error: { code: 'unknown_service' } });
    await offer(true);
  });

  test('start and complete move the order along; each wrong step is refused and changes nothing', async () => {
    const { doctor, patient, otherDoctor, otherPatient } = server.people;
    const { appointmentId, orderId } = await booked();
    expect((await act(appointmentId, 'start', patient.token)).status).toBe(403);
    for (const { token } of [otherDoctor]) expect((await act(appointmentId, 'start', token)).body.error.code).toBe('not_found');
    expect((await get(appointmentId, otherPatient.token)).error.code).toBe('not_found');
    const both = await Promise.all([act(appointmentId, 'start', doctor.token), act(appointmentId, 'start', doctor.token)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect((await act(appointmentId, 'cancel', doctor.token, { reason: 'x' })).body.error.code).toBe('wrong_state');
    expect((await act(appointmentId, 'complete', doctor.token)).body.data.status).toBe('completed');
    expect((await act(appointmentId, 'complete', doctor.token)).body.error.code).toBe('wrong_state');
    expect((await server.database.models.orders.findByPk(orderId))?.status).toBe('COMPLETED');
    const steps = (await get(appointmentId)).data.log.map(({ action }: { action: string }) => action);
    expect(steps).toEqual(['book', 'confirm', 'start', 'complete']);
  });

  test('what happens in the room moves the appointment on', async () => {
    const { appointmentId } = await booked();
    const { consultationId } = (await get(appointmentId)).data;
    await server.visits.started(consultationId);
    expect((await get(appointmentId)).data.status).toBe('in_progress');
    await server.visits.ended(consultationId);
    expect((await get(appointmentId)).data.status).toBe('completed');
  });

  test('cancelling a paid visit calls off its order and its room, in time only', async () => {
    const { patient, doctor } = server.people;
    const { appointmentId, orderId } = await booked();
    const cancelled = await act(appointmentId, 'cancel', patient.token, { reason: '临时有事' });
    expect(cancelled.body.data).toMatchObject({ status: 'cancelled', canCancel: false });
    expect((await server.database.models.orders.findByPk(orderId))?.status).toBe('CANCELLED');
    await server.workers.drained();
    const visit = await server.call('GET', `/api/v1/consultations/${cancelled.body.data.consultationId}`, doctor.token);
    expect(visit.body.data.status).toBe('cancelled');
    const late = await booked();
    const soon = new Date(Date.now() + 60_000);
    await server.database.models.appointments.update(
      { startsAt: soon, endsAt: new Date(soon.getTime() + 1_800_000) },
      { where: { id: late.appointmentId } },
    );
    expect((await act(late.appointmentId, 'cancel', patient.token, { reason: 'x' })).body.error.code).toBe('too_late');
    const byOrder = await server.call('POST', `/api/v1/orders/${late.orderId}/cancel`, patient.token, { reason: 'x' });
    expect([byOrder.status, byOrder.body.error.code]).toEqual([409, 'too_late']);
    expect((await act(late.appointmentId, 'cancel', doctor.token, { reason: '医生生病' })).body.data.status).toBe('cancelled');
  });

  test('why somebody cancels is sealed in both logs, as is what was written before it was', async () => {
    const { patient } = server.people;
    const { appointmentId, orderId } = await booked();
    await act(appointmentId, 'cancel', patient.token, { reason: '发烧了' });
    const { appointmentLog, orderLog } = server.database.models;
    const steps = async () => [
      await appointmentLog.findOne({ where: { appointmentId, action: 'cancel' }, rejectOnEmpty: true }),
      await orderLog.findOne({ where: { orderId, event: 'CANCEL' }, rejectOnEmpty: true }),
    ];
    const reasons = async () => {
      const order = await server.call('GET', `/api/v1/orders/${orderId}`, patient.token);
      return [(await get(appointmentId)).data.log.at(-1).reason, order.body.data.log.at(-1).reason];
    };
    expect((await steps()).map(({ reason, reasonSealed }) => [reason, reasonSealed?.includes('发烧')])).toEqual(
      Array(2).fill([null, false]),
    );
    expect(await reasons()).toEqual(['发烧了', '发烧了']);
    const old = { reason: '咳嗽', reasonSealed: null };
    await appointmentLog.update(old, { where: { appointmentId, action: 'cancel' } });
    await orderLog.update(old, { where: { orderId, event: 'CANCEL' } });
    expect(await reasons()).toEqual(['咳嗽', '咳嗽']);
    await server.modules.maintenance.clean();
    expect((await steps()).map(({ reason }) => reason)).toEqual([null, null]);
    expect(await reasons()).toEqual(['咳嗽', '咳嗽']);
  });

  test('an absent patient uses the visit up, an absent practitioner calls it off; not before the time', async () => {
    const { doctor } = server.people;
    const [one, two] = [await booked(), await booked()];
    expect((await act(one.appointmentId, 'absence', doctor.token, { who: 'patient' })).body.error.code).toBe('too_early');
    const started = { startsAt: new Date(Date.now() - 1_200_000), endsAt: new Date(Date.now() + 600_000) };
    await server.database.models.appointments.update(started, { where: { id: [one.appointmentId, two.appointmentId] } });
    const absent = await act(one.appointmentId, 'absence', doctor.token, { who: 'patient' });
    expect(absent.body.data).toMatchObject({ status: 'completed', outcome: 'patient_absent' });
    const off = await act(two.appointmentId, 'absence', doctor.token, { who: 'practitioner' });
    expect(off.body.data).toMatchObject({ status: 'cancelled', outcome: 'practitioner_absent' });
  });

  test('a reminder goes once, and not for a visit that has moved or is off', async () => {
    const { appointmentId } = await booked();
    const { startsAt } = (await get(appointmentId)).data;
    const { remind } = server.modules.appointments.system;
    await remind(appointmentId, new Date(Date.parse(startsAt) - 60_000).toISOString());
    expect((await get(appointmentId)).data.reminderSent).toBe(false);
    await Promise.all([remind(appointmentId, startsAt), remind(appointmentId, startsAt)]);
    const sent = await server.database.models.outbox.findAll({
      where: { topic: 'notification.send', aggregate: `appointment:${appointmentId}` },
    });
    const reminders = sent.filter(({ payload }) => payload.includes('appointment.reminder'));
    expect(reminders).toHaveLength(1);
  });

  test('a page of the list tells the total, also behind the last one', async () => {
    await booked();
    const page = async (query: string) =>
      (await server.call('GET', `/api/v1/appointments?${query}`, server.people.patient.token)).body.data;
    const { pagination, items } = await page('pageSize=1');
    expect([items.length, pagination.total > 0]).toEqual([1, true]);
    expect(await page('pageSize=1&page=9999')).toEqual({ items: [], pagination: { page: 9999, pageSize: 1, total: pagination.total } });
    const both = await page('pageSize=100&sort=-startsAt&status=pending,confirmed,pending');
    expect(both.items.map(({ startsAt }: { startsAt: string }) => startsAt)).toEqual(
      both.items
        .map(({ startsAt }: { startsAt: string }) => startsAt)
        .toSorted()
        .toReversed(),
    );
    expect((await page('from=2200-01-01T00:00:00Z')).pagination.total).toBe(0);
  });

  test('lists are one’s own; staff see all, masked; the calendar file is for both sides', async () => {
    const { patient, doctor, otherPatient, otherDoctor } = server.people;
    const { appointmentId } = await booked();
    const ids = async (token: string) =>
      (await server.call('GET', '/api/v1/appointments?pageSize=100', token)).body.data.items.map(({ id }: { id: string }) => id);
    for (const { token } of [patient, doctor]) expect(await ids(token)).toContain(appointmentId);
    for (const { token } of [otherPatient, otherDoctor]) expect(await ids(token)).not.toContain(appointmentId);
    await server.modules.users.create({ account: `desk-${dialect}`, name: '前台', password: 'correct horse', roles: ['service_staff'] });
    const desk = await server.signIn(`desk-${dialect}`);
    expect((await get(appointmentId, desk)).data).toMatchObject({ contactPhone: '138****8000', notes: null });
    const file = await server.app.inject({
      url: `/api/v1/appointments/${appointmentId}/calendar`,
      headers: { authorization: `Bearer ${patient.token}` },
    });
    expect(file.headers['content-type']).toContain('text/calendar');
    expect(file.body).toContain('BEGIN:VEVENT');
  });

  test('the line is in order of priority and arrival, and each is called once, into the room', async () => {
    const { patient, otherPatient, doctor, otherDoctor } = server.people;
    const [one, two] = [await booked(), await booked(freeTime(), otherPatient.token)];
    const join = (appointmentId: string, token: string) => server.call('POST', '/api/v1/queue', token, { appointmentId });
    expect((await join(one.appointmentId, patient.token)).body.error.code).toBe('too_early');
    const soon = { startsAt: new Date(Date.now() + 600_000), endsAt: new Date(Date.now() + 1_200_000) };
    await server.database.models.appointments.update(soon, { where: { id: [one.appointmentId, two.appointmentId] } });
    expect((await join(one.appointmentId, otherPatient.token)).body.error.code).toBe('not_found');
    expect((await join(one.appointmentId, patient.token)).body.data).toMatchObject({ position: 1, length: 1 });
    expect((await join(two.appointmentId, otherPatient.token)).body.data).toMatchObject({ position: 2, length: 2 });
    expect((await join(one.appointmentId, patient.token)).body.data).toMatchObject({ position: 1, length: 2 });
    const put = await server.call('PUT', `/api/v1/queue/${two.appointmentId}/priority`, doctor.token, { priority: 5 });
    expect(put.body.data.items.map(({ appointmentId }: { appointmentId: string }) => appointmentId)).toEqual([
      two.appointmentId,
      one.appointmentId,
    ]);
    expect((await server.call('GET', '/api/v1/queue/mine', patient.token)).body.data.items).toMatchObject([{ position: 2 }]);
    const next = () => server.call('POST', '/api/v1/queue/next', doctor.token);
    const called = await Promise.all([next(), next(), next()]);
    expect(called.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 404]);
    const ids = called.flatMap(({ body: answer }) => answer.data?.appointmentId ?? []);
    expect(new Set(ids)).toEqual(new Set([one.appointmentId, two.appointmentId]));
    expect(server.pushed).toEqual(expect.arrayContaining([expect.objectContaining({ userId: otherPatient.id, name: 'queue:changed' })]));
    expect((await server.call('POST', '/api/v1/queue/next', otherDoctor.token)).body.error.code).toBe('not_found');
  });

  test('a completed visit is rated once by its patient, answered by its practitioner, hidden by staff', async () => {
    const { patient, otherPatient, doctor, otherDoctor, administrator } = server.people;
    const { appointmentId } = await booked();
    const tag = (await server.call('POST', '/api/v1/review-tags', administrator.token, { name: '耐心' })).body.data;
    expect((await server.call('POST', '/api/v1/review-tags', administrator.token, { name: '耐心' })).body.error.code).toBe(
      'already_exists',
    );
    const review = (token: string, more: object = {}) =>
      server.call('POST', '/api/v1/reviews', token, { appointmentId, rating: 5, text: '很好', tagIds: [tag.id], ...more });
    expect((await review(patient.token)).body.error.code).toBe('wrong_state');
    await act(appointmentId, 'complete', doctor.token);
    expect((await review(otherPatient.token)).body.error.code).toBe('not_found');
    expect((await review(patient.token, { rating: 6 })).status).toBe(400);
    const seen = (token: string) => server.call('GET', `/api/v1/appointments/${appointmentId}/review`, token);
    expect((await seen(patient.token)).body.data).toEqual({ review: null });
    const both = await Promise.all([review(patient.token), review(patient.token)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const id = both.find(({ status }) => status === 200)?.body.data.id;
    expect((await server.call('POST', `/api/v1/reviews/${id}/reply`, otherDoctor.token, { text: 'x' })).body.error.code).toBe('not_found');
    expect((await server.call('POST', `/api/v1/reviews/${id}/reply`, doctor.token, { text: '谢谢' })).body.data.reply).toBe('谢谢');
    for (const { token } of [patient, doctor])
      expect((await seen(token)).body.data.review).toMatchObject({ id, rating: 5, reply: '谢谢', tags: ['耐心'] });
    for (const { token } of [otherPatient, otherDoctor]) expect((await seen(token)).body.error.code).toBe('not_found');
    const of = `/api/v1/practitioners/${clinic.practitionerId}/reviews`;
    expect((await server.call('GET', of)).body.data.items).toMatchObject([
      { rating: 5, tags: ['耐心'], author: expect.stringContaining('*') },
    ]);
    expect((await server.call('GET', `${of}/statistics`)).body.data).toMatchObject({
      count: 1,
      average: 5,
      satisfaction: 1,
      tags: [{ name: '耐心', count: 1 }],
    });
    await server.call('PUT', `/api/v1/reviews/${id}/visibility`, administrator.token, { hidden: true });
    expect((await server.call('GET', of)).body.data.items).toEqual([]);
    expect((await server.call('GET', `${of}/statistics`)).body.data).toMatchObject({ count: 0, average: null });
  });
});
