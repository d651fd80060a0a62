import { randomUUID } from 'node:crypto';
import type { AffectedAppointments } from '#src/schedules/ports.ts';
import { createScheduleReader } from '#src/schedules/reader.ts';
import { createSlots } from '#src/schedules/slots.ts';
import type { BookableClinic } from '#tests/support/clinic.ts';
import { openClinic } from '#tests/support/clinic.ts';
import { codesOf, dataOf, describeApps } from '#tests/support/people.ts';

interface Slot {
  time: string;
  startsAt: string;
  available: boolean;
  places: number;
  reason?: string;
}
const DAY = 86_400_000;

describeApps('slots', (server) => {
  let clinic: BookableClinic;
  /** A date on which everything is open, in the clinic's zone. */
  let date: string;
  const dateOf = (days: number) => new Date(Date.now() + 8 * 3_600_000 + days * DAY).toISOString().slice(0, 10);
  const get = (path: string, token: string | null = null) => server().call('GET', `/api/v1${path}`, token);
  const url = (rest = '') => `/practitioners/${clinic.practitionerId}${rest}`;
  const doctor = () => server().people.doctor.token;
  const daysOf = async (query: string): Promise<{ date: string; slots: Slot[] }[]> => dataOf(await get(url(`/slots?${query}`))).days;
  async function slotAt(startsAt: string): Promise<Slot | undefined> {
    const days = await daysOf(`from=${startsAt.slice(0, 10)}&until=${startsAt.slice(0, 10)}`);
    return days.flatMap(({ slots }) => slots).find((slot) => slot.startsAt === startsAt);
  }
  const contact = { contactPerson: '王敏', contactPhone: '13800138000' };
  const book = async (scheduledTime: string, who = server().people.patient) =>
    dataOf(await server().call('POST', '/api/v1/appointments', who.token, { ...clinic, ...contact, times: undefined, scheduledTime }));
  const pay = (orderId: string) => server().modules.orders.fire(orderId, 'PAY_SUCCESS', { actorId: null });
  const freeAt = (days: number, hour = 10): string =>
    new Date(Date.parse(`${dateOf(days)}T00:00:00Z`) + (hour - 8) * 3_600_000).toISOString();

  beforeAll(async () => {
    clinic = await openClinic(server(), server().people.doctor.id);
    // Something to count by: hours that were changed once.
    const rest = { kind: 'closed', dates: [dateOf(1)], start: '12:00', end: '14:00' };
    dataOf(await server().call('POST', `/api/v1${url('/adjustments')}`, doctor(), { adjustments: [rest] }));
    date = dateOf(3);
  });

  test('ofPractitioner() lists the slots of each date; a service takes only those that it fits into', async () => {
    const days = await daysOf(`from=${date}&until=${dateOf(4)}`);
    expect(days.map((day) => [day.date, day.slots.length])).toEqual([
      [date, 20],
      [dateOf(4), 20],
    ]);
    expect(days[0]?.slots[0]).toEqual({ time: '08:00', startsAt: freeAt(3, 8), endsAt: expect.any(String), available: true, places: 1 });
    const long = { name: '长程咨询', category: 'therapy', price: 300, durationMinutes: 60 };
    const service = dataOf(await server().call('POST', '/api/v1/services', server().people.administrator.token, long));
    const [day] = await daysOf(`from=${date}&until=${date}&serviceId=${service.id}`);
    expect(day?.slots.at(-1)?.time).toBe('17:00');
    const only = { kind: 'replaced', dates: [dateOf(5)], start: '09:00', end: '11:00', slotMinutes: 30, serviceType: 'consultation' };
    dataOf(await server().call('POST', `/api/v1${url('/adjustments')}`, doctor(), { adjustments: [only] }));
    expect(await daysOf(`from=${dateOf(5)}&until=${dateOf(5)}&serviceId=${service.id}`)).toEqual([]);
    expect((await daysOf(`from=${dateOf(5)}&until=${dateOf(5)}&serviceId=${clinic.serviceId}`))[0]?.slots).toHaveLength(4);
  });

  test('a booking, its payment, its end and a changed hour show in the next read, also of another process', async () => {
    const time = freeAt(6);
    const { database, foundation, modules } = server();
    const reader = createScheduleReader(database, foundation.settings, foundation.signals);
    const parts = { ...foundation, schedules: reader, offerings: modules.offerings, practitioners: modules.practitioners };
    const elsewhere = createSlots({ ...parts, appointments: {} as AffectedAppointments });
    async function seen() {
      const { days } = await elsewhere.ofPractitioner(clinic.practitionerId, { from: time.slice(0, 10), until: time.slice(0, 10) });
      const there = days.flatMap(({ slots }) => slots).find(({ startsAt }) => startsAt === time);
      expect(there).toEqual(await slotAt(time));
      return there;
    }
    expect(await seen()).toMatchObject({ available: true });
    const { orderId, appointmentId } = await book(time);
    expect(await seen()).toMatchObject({ available: false, places: 0, reason: 'held' });
    await pay(orderId);
    expect(await seen()).toMatchObject({ available: false, reason: 'fully_booked' });
    dataOf(await server().call('POST', `/api/v1/appointments/${appointmentId}/cancel`, doctor(), { reason: '改期' }));
    expect(await seen()).toMatchObject({ available: true });
    const state = (value: string) => server().call('PUT', `/api/v1${url('/slot-state')}`, doctor(), { startsAt: time, state: value });
    expect(dataOf(await state('closed'))).toEqual({ startsAt: time, state: 'closed' });
    expect(await seen()).toBeUndefined();
    expect(dataOf(await state('closed')).state).toBe('closed');
    expect(dataOf(await state('open'))).toEqual({ startsAt: time, state: 'open' });
    expect(dataOf(await state('open')).state).toBe('open');
    expect(await slotAt(time)).toMatchObject({ available: true });
    dataOf(await server().call('POST', `/api/v1/practitioners/${clinic.practitionerId}/disable`, server().people.administrator.token));
    expect((await get(url(`/slots?from=${date}&until=${date}`))).body.error.code).toBe('not_found');
    dataOf(await server().call('POST', `/api/v1/practitioners/${clinic.practitionerId}/enable`, server().people.administrator.token));
    expect(await slotAt(time)).toMatchObject({ available: true });
  });

  test('setSlot() is for those who keep the schedule, and knows slots only', async () => {
    const body = { startsAt: freeAt(6, 9), state: 'closed' };
    const put = (token: string, input: object) => server().call('PUT', `/api/v1${url('/slot-state')}`, token, input);
    const { patient, otherDoctor } = server().people;
    expect(codesOf([await put(patient.token, body), await put(otherDoctor.token, body)])).toEqual(['forbidden', 'forbidden']);
    expect((await put(doctor(), { ...body, startsAt: freeAt(6, 3) })).body.error.code).toBe('not_found');
    expect((await put(doctor(), { ...body, state: 'open', startsAt: freeAt(6, 3) })).body.error.code).toBe('not_found');
  });

  test('available() lists each time once, with somebody who is free', async () => {
    const times = async (query = '') =>
      dataOf(await get(`/appointments/available-slots?serviceId=${clinic.serviceId}&date=${dateOf(7)}${query}`));
    const before = await times();
    expect(before).toMatchObject({ date: dateOf(7) });
    expect(before.slots).toHaveLength(20);
    const time = freeAt(7, 9);
    const slot = async (query = '') => (await times(query)).slots.find(({ startsAt }: Slot) => startsAt === time);
    expect(await slot()).toEqual({
      time: '09:00',
      startsAt: time,
      available: true,
      practitionerId: clinic.practitionerId,
      practitioners: 1,
    });
    await pay((await book(time)).orderId);
    const full = {
      time: '09:00',
      startsAt: time,
      available: false,
      reason: 'fully_booked',
      reasonText: '已约满',
      practitionerId: null,
      practitioners: 0,
    };
    expect(await slot(`&practitionerId=${clinic.practitionerId}`)).toEqual(full);
    const other = await openClinic(server(), server().people.otherDoctor.id);
    expect(await slot()).toMatchObject({ available: true, practitionerId: other.practitionerId, practitioners: 1 });
    expect(await slot(`&practitionerId=${clinic.practitionerId}`)).toEqual(full);
    expect((await times(`&departmentId=${randomUUID()}`)).slots).toEqual([]);
    expect((await get(`/appointments/available-slots?serviceId=${randomUUID()}&date=${date}`)).body.error.code).toBe('unknown_service');
  });

  test('explain() names everything that is in the way; rules only to who keeps the schedule', async () => {
    const ask = (query: string, token = server().people.patient.token) => get(url(`/slots/explain?${query}`), token);
    expect(dataOf(await ask(`at=${freeAt(8)}`))).toEqual({ free: true, places: 1, startsAt: freeAt(8), reasons: [] });
    expect(dataOf(await ask(`date=${dateOf(1)}&time=12:30`)).reasons).toEqual([{ code: 'closed_day', until: freeAt(1, 14) }]);
    for (const token of [server().people.administrator.token, doctor()]) {
      const full = dataOf(await ask(`date=${dateOf(1)}&time=12:30`, token));
      expect(full.reasons).toEqual([{ code: 'closed_day', until: freeAt(1, 14), ruleId: expect.any(String) }]);
    }
    expect(dataOf(await ask(`at=${freeAt(200, 3)}`)).reasons.map(({ code }: { code: string }) => code)).toEqual([
      'too_far',
      'outside_hours',
    ]);
    expect(dataOf(await ask('at=2020-01-01T02:00:00Z')).reasons[0].code).toBe('in_past');
    expect((await ask('date=2026-01-01')).body.error.code).toBe('invalid_request');
    expect((await get(url(`/slots/explain?at=${freeAt(8)}`))).body.error.code).toBe('unauthenticated');
  });

  test('free(), freeBetween() and the search of practitioners know who is free', async () => {
    const [from, to] = [freeAt(9, 9), freeAt(9, 10)];
    const free = async (query = '') => dataOf(await get(`/schedules/free?from=${from}&to=${to}${query}`)).items;
    expect(await free()).toContainEqual({
      ...{ practitionerId: clinic.practitionerId, name: '林医生', departmentId: null, freeSlots: 2, firstStartsAt: from },
    });
    for (const time of [freeAt(9, 9), freeAt(9, 9.5)]) await pay((await book(time)).orderId);
    const ids = async () => (await free()).map(({ practitionerId }: { practitionerId: string }) => practitionerId);
    expect(await ids()).not.toContain(clinic.practitionerId);
    const search = async (until: string) =>
      dataOf(await get(`/practitioners?availableFrom=${from}&availableTo=${until}`)).items.map(({ id }: { id: string }) => id);
    expect(await search(to)).not.toContain(clinic.practitionerId);
    expect(await search(freeAt(9, 11))).toContain(clinic.practitionerId);
    expect((await get(`/schedules/free?from=${to}&to=${from}`)).body.error.code).toBe('invalid_request');
    expect((await get(`/schedules/free?from=${from}&to=${freeAt(80)}`)).body.error.code).toBe('invalid_request');
  });

  test('matches() ranks by the nearest wish, then by who has less to do', async () => {
    const wish = `${freeAt(10, 9)}/${freeAt(10, 10)}`;
    const ask = (query: string) => get(`/schedules/matches?serviceId=${clinic.serviceId}${query}`);
    const { items } = dataOf(await ask(`&prefer=${freeAt(11, 3)}/${freeAt(11, 4)},${wish}&limit=6`));
    expect(items[0]).toMatchObject({ startsAt: freeAt(10, 9), preference: 1, minutesOff: 0 });
    const own = dataOf(await ask(`&prefer=${wish}&practitionerId=${clinic.practitionerId}`)).items;
    expect(own.map(({ startsAt }: Slot) => startsAt)).toEqual([freeAt(10, 9), freeAt(10, 9.5), freeAt(10, 8.5)]);
    const [earliest] = dataOf(await ask('')).items;
    expect(Date.parse(earliest.startsAt)).toBeLessThan(Date.now() + 2 * DAY);
    for (const bad of [
      'x',
      `${freeAt(3)}`,
      `${freeAt(4)}/${freeAt(3)}`,
      Array<string>(6).fill(wish).join(','),
      `${freeAt(1)}/${freeAt(2)},${freeAt(90)}/${freeAt(91)}`,
    ])
      expect([bad, (await ask(`&prefer=${bad}`)).body.error?.code]).toEqual([bad, 'invalid_request']);
  });

  test('schedule() counts slots offered, booked and used', async () => {
    const ask = (token = doctor(), query = `from=${dateOf(12)}&until=${dateOf(13)}`) => get(url(`/schedule?${query}`), token);
    const [one, two, three] = [await book(freeAt(12, 9)), await book(freeAt(12, 10)), await book(freeAt(13, 11))];
    await pay(one.orderId);
    await pay(two.orderId);
    dataOf(await server().call('POST', `/api/v1/appointments/${two.appointmentId}/start`, doctor()));
    await pay(three.orderId);
    dataOf(await server().call('POST', `/api/v1/appointments/${three.appointmentId}/cancel`, doctor(), { reason: 'x' }));
    const { totals, days, closures } = dataOf(await ask());
    expect(totals).toEqual({ offered: 40, booked: 2, used: 1, cancelled: 1 });
    expect(days[0]).toMatchObject({ date: dateOf(12), offered: 20, booked: 2, used: 1, cancelled: 0 });
    expect(days[0].slots.find(({ startsAt }: Slot) => startsAt === freeAt(12, 9))).toMatchObject({
      capacity: 1,
      taken: 1,
      state: 'booked',
    });
    expect(closures).toEqual([]);
    expect(dataOf(await ask(doctor(), `from=${dateOf(1)}&until=${dateOf(1)}`)).closures).toMatchObject([
      { code: 'closed_day', from: freeAt(1, 12) },
    ]);
    const { patient, otherDoctor, administrator } = server().people;
    expect(codesOf([await ask(patient.token), await ask(otherDoctor.token)])).toEqual(['forbidden', 'forbidden']);
    expect((await ask(administrator.token)).status).toBe(200);
    expect((await ask(doctor(), `from=${dateOf(1)}&until=${dateOf(99)}`)).body.error.details[0].field).toBe('query.until');
  });

  test('times and dates that no calendar reckons with are refused everywhere', async () => {
    const [late, day] = ['2300-01-01T00:00:00Z', '2300-01-01'];
    const { patient } = server().people;
    const { practitionerId, serviceId } = clinic;
    const answers = [
      await get(url(`/slots?from=${day}&until=${day}`)),
      await get(url(`/slots/explain?at=${late}`), patient.token),
      await get(`/appointments/available-slots?serviceId=${serviceId}&date=${day}`),
      await get(`/schedules/free?from=${late}&to=2300-01-02T00:00:00Z`),
      await get(`/schedules/matches?serviceId=${serviceId}&prefer=${late}/2300-01-02T00:00:00Z`),
      await get(url(`/schedule?from=${day}&until=${day}`), doctor()),
      await server().call('PUT', `/api/v1${url('/slot-state')}`, doctor(), { startsAt: late, state: 'closed' }),
      await server().call('POST', `/api/v1${url('/adjustments')}`, doctor(), { adjustments: [{ kind: 'closed', dates: [day] }] }),
      await server().call('POST', `/api/v1${url('/leaves')}`, doctor(), { kind: 'sick', startsAt: late, endsAt: '2300-01-02T00:00:00Z' }),
      await server().call('POST', '/api/v1/appointments', patient.token, { practitionerId, serviceId, scheduledTime: late, ...contact }),
    ];
    expect(new Set(codesOf(answers))).toEqual(new Set(['invalid_request']));
    expect(dataOf(await get(`/practitioners?availableFrom=${late}&availableTo=2300-01-02T00:00:00Z`)).items).toEqual([]);
  });

  test('ofPractitioner() refuses unknown practitioners and ranges that are none', async () => {
    expect((await get(`/practitioners/${randomUUID()}/slots?from=${date}&until=${date}`)).body.error.code).toBe('not_found');
    for (const query of [
      `from=${date}`,
      `from=${date}&until=${dateOf(1)}`,
      `from=${date}&until=${dateOf(90)}`,
      'from=2026-02-30&until=2026-03-01',
    ])
      expect([query, (await get(url(`/slots?${query}`))).body.error.code]).toEqual([query, 'invalid_request']);
    expect((await get(url(`/slots?from=${date}&until=${date}&serviceId=${randomUUID()}`))).body.error.code).toBe('unknown_service');
  });
});
