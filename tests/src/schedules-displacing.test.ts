import type { TestApp } from '#tests/support/app.ts';
import { type BookableClinic, openClinic } from '#tests/support/clinic.ts';
import { dataOf, describeApps, type Person } from '#tests/support/people.ts';

const DAY = 86_400_000;

describeApps('appointments that are pushed aside', (server) => {
  let clinic: BookableClinic;
  let administrator: string;
  let doctor: string;
  const call = (...[method, path, token, body]: Parameters<TestApp['call']>) => server().call(method, `/api/v1${path}`, token, body);
  /** A date so many days ahead, and a time on it, at the clinic. */
  const dateOf = (days: number) => new Date(Date.now() + 8 * 3_600_000 + days * DAY).toISOString().slice(0, 10);
  const timeOf = (days: number, hour: number) => new Date(Date.parse(`${dateOf(days)}T00:00:00Z`) + (hour - 8) * 3_600_000).toISOString();
  const contact = { contactPerson: '王敏', contactPhone: '13800138000' };

  async function booked(scheduledTime: string, who: Person = server().people.patient, paid = true) {
    const { serviceId, practitionerId } = clinic;
    const made = dataOf(await call('POST', '/appointments', who.token, { serviceId, practitionerId, scheduledTime, ...contact }));
    if (paid) await server().modules.orders.fire(made.orderId, 'PAY_SUCCESS', { actorId: null });
    return made as { appointmentId: string; orderId: string };
  }
  const seen = async ({ appointmentId }: { appointmentId: string }) => dataOf(await call('GET', `/appointments/${appointmentId}`, doctor));
  async function approved(startsAt: string, endsAt: string) {
    const leave = dataOf(await call('POST', `/practitioners/${clinic.practitionerId}/leaves`, doctor, { kind: 'sick', startsAt, endsAt }));
    expect(dataOf(await call('POST', `/leaves/${leave.id}/approve`, administrator, { version: 1 })).affected).toBeGreaterThanOrEqual(0);
    return leave as { id: string };
  }
  const adjust = async (adjustment: object) =>
    dataOf(await call('POST', `/practitioners/${clinic.practitionerId}/adjustments`, doctor, { adjustments: [adjustment] }));
  /** Kinds of the notices that somebody has of an appointment. */
  const told = async (token: string, id: string): Promise<string[]> =>
    dataOf(await call('GET', '/notifications?pageSize=100', token))
      .items.filter(({ subject }: { subject: { id: string } }) => subject.id === id)
      .map(({ kind }: { kind: string }) => kind)
      .toSorted();

  beforeAll(async () => {
    clinic = await openClinic(server(), server().people.doctor.id);
    administrator = server().people.administrator.token;
    doctor = server().people.doctor.token;
  });

  test('approved leave moves an appointment to the next time that is free, and tells both sides', async () => {
    const { patient, otherPatient } = server().people;
    const moved = await booked(timeOf(3, 10));
    await booked(timeOf(3, 14), otherPatient);
    await approved(timeOf(3, 9), timeOf(3, 14));
    await server().workers.drained();
    const after = await seen(moved);
    expect(after).toMatchObject({ status: 'confirmed', startsAt: timeOf(3, 14.5), queueNo: 1 });
    expect(after.log.at(-1)).toMatchObject({ action: 'move', reason: 'leave', actorId: null });
    for (const token of [patient.token, doctor])
      expect(await told(token, moved.appointmentId)).toEqual(['appointment.confirmed', 'appointment.moved']);
  });

  test('the job does nothing the second time', async () => {
    const appointment = await booked(timeOf(4, 10));
    await approved(timeOf(4, 9), timeOf(4, 11));
    await server().workers.drained();
    const first = await seen(appointment);
    const { models } = server().database;
    const rows = await models.outbox.count();
    const order = { practitionerId: clinic.practitionerId, from: timeOf(3, 0), until: timeOf(6, 0) };
    await Promise.all([server().modules.scheduling.displace(order), server().modules.scheduling.displace(order)]);
    expect(await seen(appointment)).toEqual(first);
    expect(await models.outbox.count()).toBe(rows);
  });

  test('several appointments of one morning keep their order and take a time each', async () => {
    const { patient, otherPatient } = server().people;
    const made = [
      await booked(timeOf(5, 8)),
      await booked(timeOf(5, 8.5), otherPatient),
      await booked(timeOf(5, 9), patient),
      await booked(timeOf(5, 9.5), otherPatient),
    ];
    await adjust({ kind: 'closed', dates: [dateOf(5)], start: '08:00', end: '10:00', note: '会议' });
    await server().workers.drained();
    const after = await Promise.all(made.map(seen));
    expect(after.map(({ startsAt }) => startsAt)).toEqual([timeOf(5, 10), timeOf(5, 10.5), timeOf(5, 11), timeOf(5, 11.5)]);
    expect(after[0].log.at(-1).reason).toBe('closed_day');
  });

  test('replaced hours push aside, a changed weekly pattern does not', async () => {
    const appointment = await booked(timeOf(6, 10));
    const { items } = dataOf(await call('GET', `/practitioners/${clinic.practitionerId}/work-rules`, doctor));
    const rule = items.find(({ weekday }: { weekday: number }) => weekday === (new Date(timeOf(6, 10)).getUTCDay() || 7));
    const url = `/practitioners/${clinic.practitionerId}/work-rules/${rule.id}`;
    const { id: _, ...hours } = rule;
    dataOf(await call('PUT', url, doctor, { ...hours, start: '13:00' }));
    await server().workers.drained();
    expect(await seen(appointment)).toMatchObject({ startsAt: timeOf(6, 10) });
    dataOf(await call('PUT', url, doctor, hours));
    await adjust({ kind: 'replaced', dates: [dateOf(6)], start: '15:00', end: '17:00', slotMinutes: 30 });
    await server().workers.drained();
    expect(await seen(appointment)).toMatchObject({ startsAt: timeOf(6, 15), status: 'confirmed' });
    expect((await seen(appointment)).log.at(-1).reason).toBe('outside_hours');
  });

  test('a place that is held for a payment is given up', async () => {
    const held = await booked(timeOf(7, 10), server().people.patient, false);
    await approved(timeOf(7, 9), timeOf(7, 12));
    await server().workers.drained();
    expect((await seen(held)).status).toBe('cancelled');
    expect(await told(server().people.patient.token, held.appointmentId)).toEqual(['appointment.cancelled']);
    expect((await server().database.models.orders.findByPk(held.orderId))?.status).toBe('CANCELLED');
  });

  test('a holiday reaches everybody; where no time is near enough the visit is called off and paid back', async () => {
    const { patient } = server().people;
    const settings = server().foundation.settings;
    await settings.set(server().people.administrator.id, 'appointments.moveWithinDays', 2, 0);
    const made = await booked(timeOf(9, 10));
    const kept = await booked(timeOf(12, 10));
    dataOf(await call('POST', '/holidays', administrator, { name: '店庆', from: dateOf(9), until: dateOf(11) }));
    await server().workers.drained();
    expect(await seen(made)).toMatchObject({ status: 'cancelled' });
    expect((await seen(made)).log.at(-1)).toMatchObject({ reason: 'holiday' });
    expect(await seen(kept)).toMatchObject({ status: 'confirmed', startsAt: timeOf(12, 10) });
    expect(['CANCELLED', 'REFUNDED']).toContain((await server().database.models.orders.findByPk(made.orderId))?.status);
    for (const token of [patient.token, doctor])
      expect(await told(token, made.appointmentId)).toEqual(['appointment.cancelled', 'appointment.confirmed']);
    for (const [locale, words] of [
      ['zh', '节假日停诊'],
      ['en', 'closed on this holiday'],
    ]) {
      const { items } = dataOf(await call('GET', `/notifications?locale=${locale}`, patient.token));
      expect(items[0].text).toContain(words);
    }
    await settings.set(server().people.administrator.id, 'appointments.moveWithinDays', 14, 1);
  });

  test('a patient is not moved to a time at which they are elsewhere', async () => {
    const { patient, otherDoctor } = server().people;
    const elsewhere = await openClinic(server(), otherDoctor.id);
    const appointment = await booked(timeOf(13, 10));
    const other = { serviceId: elsewhere.serviceId, practitionerId: elsewhere.practitionerId, scheduledTime: timeOf(13, 11), ...contact };
    dataOf(await call('POST', '/appointments', patient.token, other));
    await approved(timeOf(13, 9), timeOf(13, 11));
    await server().workers.drained();
    expect(await seen(appointment)).toMatchObject({ startsAt: timeOf(13, 11.5) });
  });
});
