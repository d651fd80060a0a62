import { randomUUID } from 'node:crypto';
import { createOccupancy } from '#src/scheduling/cells.ts';
import { createScheduleReader } from '#src/schedules/reader.ts';
import { beginChange, beginDaysChange } from '#src/schedules/state.ts';
import { approve, dataOf, describeApps } from '#tests/support/people.ts';

/** Mondays of the far future, which no test needs to wait for. */
const MONDAY = '2090-01-02';

describeApps('the reader of schedules', (server) => {
  const reader = () => createScheduleReader(server().database, server().foundation.settings, server().foundation.signals);
  const hours = {
    startTime: '09:00',
    endTime: '10:00',
    zone: 'Asia/Shanghai',
    slotMinutes: 30,
    gapMinutes: 0,
    capacity: 1,
    serviceType: null,
  };
  let id: string;

  const write = (work: () => Promise<unknown>) =>
    server().database.transaction(async () => {
      await beginChange(server().database, id);
      await work();
    });
  async function times(of = reader(), date = MONDAY) {
    const calendar = await of.calendarOf(id);
    const occupancy = createOccupancy(calendar.claimRange(date, date), []);
    const limits = { leadMinutes: 0, horizonDays: 100_000 };
    return calendar.slots({ from: date, until: date, now: Date.now(), limits, occupancy }).map(({ slot, reason }) => reason ?? slot.time);
  }

  beforeAll(async () => {
    id = (await approve(server(), server().people.doctor)).id;
    const rule = { id: randomUUID(), practitionerId: id, weekday: 1, ...hours, validFrom: null, validUntil: null };
    await write(() => server().database.models.workRules.create(rule));
  });

  test('calendarOf() keeps one calendar until the rules change, and shows the change to every reader at once', async () => {
    const [one, other] = [reader(), reader()];
    const first = await one.calendarOf(id);
    expect(await one.calendarOf(id)).toBe(first);
    expect(await times(one)).toEqual(['09:00', '09:30']);
    expect(await times(other)).toEqual(['09:00', '09:30']);
    const { models } = server().database;
    const closed = { kind: 'closed' as const, date: MONDAY, ...hours, startTime: '09:30', endTime: null };
    const row = { id: randomUUID(), practitionerId: id, ...closed, despiteHoliday: false, note: null };
    await write(() => models.workAdjustments.create(row));
    expect(await times(one)).toEqual(['09:00']);
    expect(await times(other)).toEqual(['09:00']);
    expect(await one.calendarOf(id)).not.toBe(first);
    await write(() => models.workAdjustments.destroy({ where: { id: row.id } }));
    expect(await times(one)).toEqual(['09:00', '09:30']);
  });

  test('calendarOf() knows holidays, approved leave and make-up days', async () => {
    const { database } = server();
    const { models } = database;
    const days = (work: () => Promise<unknown>) => database.transaction(async () => [await beginDaysChange(database), await work()]);
    const own = { source: 'own' as const, id: randomUUID() };
    await days(() => models.holidays.create({ ...own, name: '元旦', fromDate: MONDAY, untilDate: MONDAY }));
    await days(() => models.makeupDays.create({ ...own, name: '元旦', date: '2090-01-07', asWeekday: 1 }));
    expect(await times()).toEqual([]);
    expect(await times(reader(), '2090-01-07')).toEqual(['09:00', '09:30']);
    await days(() => models.holidays.destroy({ where: {} }));
    const leave = { id: randomUUID(), practitionerId: id, kind: 'annual' as const, reasonSealed: null, version: 1 };
    const when = { startsAt: new Date(`${MONDAY}T01:10:00Z`), endsAt: new Date(`${MONDAY}T01:20:00Z`) };
    await write(() => models.leaves.create({ ...leave, ...when, state: 'requested' }));
    expect(await times()).toEqual(['09:00', '09:30']);
    await write(() => models.leaves.update({ state: 'approved' }, { where: { id: leave.id } }));
    expect(await times()).toEqual(['09:30']);
    await write(() => models.leaves.destroy({ where: { id: leave.id } }));
  });

  test('calendarOf() closes when practitioner or department cannot be booked', async () => {
    const admin = server().people.administrator.token;
    const one = reader();
    const url = '/api/v1/practitioners';
    expect((await one.calendarOf(id)).rules.enabled).toBe(true);
    dataOf(await server().call('POST', `${url}/${id}/disable`, admin));
    expect(await times(one)).toEqual(['practitioner_disabled', 'practitioner_disabled']);
    dataOf(await server().call('POST', `${url}/${id}/enable`, admin));
    const department = dataOf(await server().call('POST', '/api/v1/departments', admin, { code: 'SCHED', name: 'Department' }));
    dataOf(await server().call('PATCH', `${url}/${id}`, admin, { departmentId: department.id }));
    expect((await one.calendarOf(id)).rules.enabled).toBe(true);
    dataOf(await server().call('POST', `/api/v1/departments/${department.id}/disable`, admin));
    expect((await one.calendarOf(id)).rules.enabled).toBe(false);
    dataOf(await server().call('POST', `/api/v1/departments/${department.id}/enable`, admin));
  });

  test('limits() and the zone of dates are settings', async () => {
    const { settings } = server().foundation;
    const { administrator } = server().people;
    const one = reader();
    expect(one.limits()).toEqual({ leadMinutes: 30, horizonDays: 60 });
    await settings.set(administrator.id, 'appointments.minNoticeMinutes', 45, 0);
    expect(one.limits().leadMinutes).toBe(45);
    expect((await one.calendarOf(id)).zone).toBe('Asia/Shanghai');
    await settings.set(administrator.id, 'clinic.zone', 'Asia/Urumqi', 0);
    expect(await times(one)).toEqual(['07:00', '07:30']);
    await settings.set(administrator.id, 'clinic.zone', 'Asia/Shanghai', 1);
  });

  test('calendarOf() refuses an unknown practitioner', async () => {
    await expect(reader().calendarOf(randomUUID())).rejects.toMatchObject({ code: 'unknown_practitioner' });
  });
});
