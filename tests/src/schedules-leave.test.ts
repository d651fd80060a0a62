import { randomUUID } from 'node:crypto';
import { approve, codesOf, dataOf, describeApps } from '#tests/support/people.ts';

const at = (time: string) => `2090-01-${time}:00.000Z`;

describeApps('leave and holidays', (server) => {
  let id: string;
  let staff: string;
  const doctor = () => server().people.doctor.token;
  const call = (...[method, path, token, body]: Parameters<ReturnType<typeof server>['call']>) =>
    server().call(method, `/api/v1${path}`, token, body);
  const ask = (startsAt: string, endsAt: string, more: object = {}, token = doctor()) =>
    call('POST', `/practitioners/${id}/leaves`, token, {
      kind: 'annual',
      startsAt: at(startsAt),
      endsAt: at(endsAt),
      reason: '家中有事',
      ...more,
    });
  const decide = (leave: { id: string; version: number }, how: 'approve' | 'reject', token = staff, note: string | null = '同意') =>
    call('POST', `/leaves/${leave.id}/${how}`, token, { version: leave.version, note });
  async function isOpen(time: string): Promise<boolean> {
    const calendar = await server().modules.scheduling.slots.explain(id, { at: at(time) }, null);
    return !calendar.reasons.some(({ code }) => code === 'leave' || code === 'holiday' || code === 'outside_hours');
  }

  beforeAll(async () => {
    id = (await approve(server(), server().people.doctor, { name: '林医生' })).id;
    const rules = [{ weekdays: [1, 2, 3, 4, 5], start: '09:00', end: '12:00', slotMinutes: 30 }];
    dataOf(await call('POST', `/practitioners/${id}/work-rules`, doctor(), { rules }));
    await server().modules.users.create({ account: 'desk', name: '前台', password: 'correct horse', roles: ['service_staff'] });
    staff = await server().signIn('desk');
  });

  test('request() waits for a decision, approve() closes the time and tells the practitioner', async () => {
    const leave = dataOf(await ask('02T01:00', '02T02:00'));
    expect(leave).toMatchObject({
      ...{
        practitioner: { id, name: '林医生' },
        kind: 'annual',
        state: 'requested',
        reason: '家中有事',
        decidedBy: null,
        affected: 0,
        version: 1,
      },
    });
    expect(await isOpen('02T01:30')).toBe(true);
    const row = await server().database.models.leaves.findByPk(leave.id, { rejectOnEmpty: true });
    expect(row.reasonSealed).not.toContain('家中');
    const approved = dataOf(await decide(leave, 'approve'));
    expect(approved).toMatchObject({ state: 'approved', decidedBy: { name: '前台' }, note: '同意', version: 2 });
    expect([await isOpen('02T01:30'), await isOpen('02T02:00')]).toEqual([false, true]);
    await server().workers.drained();
    const { items } = dataOf(await call('GET', '/notifications', doctor()));
    expect(items[0]).toMatchObject({ kind: 'leave.decided', title: '休假申请结果' });
    expect(dataOf(await call('POST', `/leaves/${leave.id}/withdraw`, doctor()))).toMatchObject({ state: 'withdrawn', version: 3 });
    expect(await isOpen('02T01:30')).toBe(true);
    expect((await call('POST', `/leaves/${leave.id}/withdraw`, doctor())).body.error.code).toBe('wrong_state');
  });

  test('request() refuses a time with leave in it, and tells which', async () => {
    const leave = dataOf(await ask('03T01:00', '03T03:00'));
    const overlap = await ask('03T02:00', '04T02:00', { kind: 'sick' });
    expect([overlap.status, overlap.body.error.code]).toEqual([409, 'leave_overlaps']);
    expect(overlap.body.error.details).toEqual([
      { id: leave.id, kind: 'annual', state: 'requested', startsAt: at('03T01:00'), endsAt: at('03T03:00') },
    ]);
    expect((await ask('03T03:00', '03T04:00')).status).toBe(200);
    const many = await Promise.all(Array.from({ length: 4 }, () => ask('05T01:00', '05T02:00')));
    expect(codesOf(many).filter((code) => code === null)).toHaveLength(1);
    dataOf(await decide(leave, 'reject', staff, '人手不足'));
    expect((await ask('03T02:00', '03T02:30')).status).toBe(200);
    for (const [from, to] of [
      ['03T03:00', '03T02:00'],
      ['04T00:00', '04T00:00'],
    ] as const)
      expect((await ask(from, to)).body.error.code).toBe('invalid_request');
    const past = { startsAt: '2020-01-01T00:00:00.000Z', endsAt: '2020-01-02T00:00:00.000Z' };
    expect((await ask('', '', past)).body.error.details).toEqual([{ field: 'body.endsAt', message: 'is over' }]);
  });

  test('one person decides once, nobody about their own leave', async () => {
    const leave = dataOf(await ask('06T01:00', '06T02:00'));
    const { administrator } = server().people;
    const both = await Promise.all([decide(leave, 'approve'), decide(leave, 'reject', administrator.token)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect((await decide({ ...leave, version: 1 }, 'approve')).body.error.code).toBe('wrong_state');
    const own = dataOf(await ask('06T03:00', '06T04:00'));
    expect((await decide({ ...own, version: 7 }, 'approve')).body.error.code).toBe('conflict');
    expect((await decide(own, 'approve', doctor())).body.error.code).toBe('forbidden');
    const { models } = server().database;
    await models.practitioners.update({ userId: administrator.id }, { where: { id } });
    expect((await decide(own, 'approve', administrator.token)).body.error.code).toBe('forbidden');
    await models.practitioners.update({ userId: server().people.doctor.id }, { where: { id } });
    expect((await call('POST', `/leaves/${own.id}/reject`, staff, { version: 1 })).body.error.code).toBe('invalid_request');
  });

  test('list() and get() are for the practitioner and for staff', async () => {
    const leave = dataOf(await ask('09T01:00', '09T02:00'));
    const { otherDoctor, patient } = server().people;
    await approve(server(), otherDoctor);
    const ids = async (token: string, query = '') =>
      dataOf(await call('GET', `/leaves?pageSize=100${query}`, token)).items.map((item: { id: string }) => item.id);
    for (const token of [doctor(), staff]) expect(await ids(token)).toContain(leave.id);
    expect(await ids(otherDoctor.token, `&practitionerId=${id}`)).toEqual([]);
    expect(await ids(staff, `&state=requested&from=${at('09T00:00')}&until=${at('09T01:30')}`)).toEqual([leave.id]);
    expect(dataOf(await call('GET', `/leaves/${leave.id}`, staff))).toMatchObject({ id: leave.id, reason: '家中有事' });
    const strangers = [
      await call('GET', `/leaves/${leave.id}`, otherDoctor.token),
      await call('POST', `/leaves/${leave.id}/withdraw`, otherDoctor.token),
      await call('GET', `/leaves/${randomUUID()}`, staff),
      await decide({ id: randomUUID(), version: 1 }, 'approve'),
      await ask('10T01:00', '10T02:00', {}, otherDoctor.token),
      await call('GET', '/leaves', patient.token),
    ];
    expect(codesOf(strangers)).toEqual(['not_found', 'not_found', 'not_found', 'not_found', 'forbidden', 'forbidden']);
  });

  test('a holiday closes everybody’s hours at once and goes again', async () => {
    const input = { name: '店庆', from: '2090-01-11', until: '2090-01-12' };
    const made = dataOf(await call('POST', '/holidays', staff, input)).holidays;
    expect(made).toEqual([{ id: expect.any(String), ...input, source: 'own' }]);
    expect([await isOpen('11T01:00'), await isOpen('12T01:00'), await isOpen('13T01:00')]).toEqual([false, false, true]);
    expect((await call('POST', '/holidays', staff, input)).body.error.code).toBe('already_exists');
    const url = `/holidays/${made[0].id}`;
    dataOf(await call('PUT', url, staff, { ...input, until: '2090-01-11' }));
    expect(await isOpen('12T01:00')).toBe(true);
    expect(dataOf(await call('GET', '/holidays?year=2090', null)).holidays).toMatchObject([{ until: '2090-01-11' }]);
    expect(dataOf(await call('DELETE', url, staff)).holidays).toEqual([]);
    expect(await isOpen('11T01:00')).toBe(true);
    const refused = [
      await call('DELETE', url, staff),
      await call('PUT', url, staff, input),
      await call('POST', '/holidays', doctor(), input),
      await call('POST', '/holidays', staff, { ...input, until: '2090-01-10' }),
      await call('POST', '/holidays/import', doctor(), { year: 2026 }),
    ];
    expect(codesOf(refused)).toEqual(['not_found', 'not_found', 'forbidden', 'invalid_request', 'forbidden']);
  });

  test('a make-up day is worked by the hours of another weekday', async () => {
    // A Saturday, by Friday's hours.
    expect(await isOpen('14T01:00')).toBe(false);
    const day = { name: '店庆', date: '2090-01-14', asWeekday: 5 };
    const { makeupDays } = dataOf(await call('POST', '/makeup-days', staff, day));
    expect(makeupDays).toEqual([{ id: expect.any(String), ...day, source: 'own' }]);
    expect(await isOpen('14T01:00')).toBe(true);
    expect((await call('POST', '/makeup-days', staff, day)).body.error.code).toBe('already_exists');
    dataOf(await call('DELETE', `/makeup-days/${makeupDays[0].id}`, staff));
    expect(await isOpen('14T01:00')).toBe(false);
    expect((await call('DELETE', `/makeup-days/${makeupDays[0].id}`, staff)).body.error.code).toBe('not_found');
  });

  test('importYear() takes the announced holidays of a year once, beside the clinic’s own', async () => {
    dataOf(await call('POST', '/holidays', staff, { name: '国庆', from: '2026-10-01', until: '2026-10-07' }));
    const first = dataOf(await call('POST', '/holidays/import', staff, { year: 2026 }));
    const again = dataOf(await call('POST', '/holidays/import', staff, { year: 2026 }));
    const withoutIds = (days: { id: string }[]) => days.map((day) => ({ ...day, id: undefined }));
    expect(withoutIds(again.holidays)).toEqual(withoutIds(first.holidays));
    expect(withoutIds(again.makeupDays)).toEqual(withoutIds(first.makeupDays));
    expect(withoutIds(first.holidays)).toContainEqual({
      id: undefined,
      name: '春节',
      from: '2026-02-15',
      until: '2026-02-23',
      source: 'national',
    });
    expect(first.holidays.filter(({ from }: { from: string }) => from === '2026-10-01')).toMatchObject([{ source: 'own' }]);
    // The Saturdays that are worked for a Friday and a Monday of the spring festival.
    expect(withoutIds(first.makeupDays).slice(1, 3)).toEqual([
      { id: undefined, name: '春节', date: '2026-02-14', asWeekday: 5, source: 'national' },
      { id: undefined, name: '春节', date: '2026-02-28', asWeekday: 1, source: 'national' },
    ]);
    expect((await call('POST', '/holidays/import', staff, { year: 2099 })).body.error.code).toBe('unknown_year');
  });
});
