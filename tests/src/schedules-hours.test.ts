import { randomUUID } from 'node:crypto';
import type { Answer } from '#tests/support/app.ts';
import { approve, codesOf, dataOf, describeApps } from '#tests/support/people.ts';

/** A Monday of the far future. */
const MONDAY = '2090-01-02';

describeApps('working hours', (server) => {
  let id: string;
  const base = () => `/api/v1/practitioners/${id}`;
  const doctor = () => server().people.doctor.token;
  const morning = { weekdays: [1], start: '09:00', end: '12:00', slotMinutes: 30 };
  const add = (rules: object[], token = doctor(), more: object = {}) =>
    server().call('POST', `${base()}/work-rules`, token, { rules, ...more });
  const adjust = (adjustments: object[], token = doctor()) => server().call('POST', `${base()}/adjustments`, token, { adjustments });
  const rules = async () => dataOf(await server().call('GET', `${base()}/work-rules`, doctor()));
  const adjustments = async () => dataOf(await server().call('GET', `${base()}/adjustments`, doctor()));
  const detailsOf = ({ body }: Answer) => body.error.details;
  async function clear() {
    for (const rule of (await rules()).items) dataOf(await server().call('DELETE', `${base()}/work-rules/${rule.id}`, doctor()));
    for (const day of (await adjustments()).items) dataOf(await server().call('DELETE', `${base()}/adjustments/${day.id}`, doctor()));
  }

  beforeAll(async () => {
    id = (await approve(server(), server().people.doctor)).id;
  });
  afterEach(clear);

  test('addRules() makes a rule for each day of the week, in the clinic’s zone', async () => {
    const { version, items } = dataOf(
      await add([
        { ...morning, weekdays: [3, 1] },
        { ...morning, start: '14:00', end: '16:00', capacity: 3 },
      ]),
    );
    expect(version).toBeGreaterThan(0);
    expect(items).toMatchObject([
      { weekday: 1, start: '09:00', end: '12:00', zone: 'Asia/Shanghai', slotMinutes: 30, gapMinutes: 0, capacity: 1, serviceType: null },
      { weekday: 1, start: '14:00', capacity: 3 },
      { weekday: 3, start: '09:00', validFrom: null, validUntil: null },
    ]);
    expect((await rules()).items).toEqual(items);
  });

  test('addRules() tells the fault of each field', async () => {
    const answer = await add([
      morning,
      { ...morning, weekdays: [2, 3], start: '09:07', slotMinutes: 0, capacity: 33 },
      { ...morning, weekdays: [4], end: '09:20', zone: 'Asia/Nowhere' },
    ]);
    expect(answer.body.error.code).toBe('invalid_request');
    expect(detailsOf(answer)).toEqual([
      { field: 'body.rules.1.slotMinutes', message: expect.any(String), fault: 'bad_length' },
      { field: 'body.rules.1.capacity', message: expect.any(String), fault: 'bad_capacity' },
      { field: 'body.rules.1.start', message: expect.any(String), fault: 'off_grid' },
      { field: 'body.rules.2.zone', message: expect.any(String), fault: 'bad_zone' },
      { field: 'body.rules.2.slotMinutes', message: expect.any(String), fault: 'no_slot_fits' },
    ]);
    for (const wrong of [
      { weekdays: [0] },
      { weekdays: [1, 1] },
      { start: '9:00' },
      { validFrom: '2026-02-30' },
      { validFrom: '2026-03-02', validUntil: '2026-03-01' },
    ])
      expect((await add([{ ...morning, ...wrong }])).body.error.code).toBe('invalid_request');
    expect((await rules()).items).toEqual([]);
  });

  test('addRules() refuses overlaps with both sides and makes nothing', async () => {
    dataOf(await add([morning]));
    const answer = await add([
      { ...morning, weekdays: [5] },
      { ...morning, weekdays: [1], start: '11:00', end: '13:00' },
    ]);
    expect([answer.status, answer.body.error.code]).toEqual([409, 'schedule_conflict']);
    const [{ id: known }] = (await rules()).items;
    const [conflict] = detailsOf(answer);
    expect(conflict.sides).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: known, field: null, kind: 'weekly', weekday: 1, start: '09:00', end: '12:00' }),
        expect.objectContaining({ id: null, field: 'body.rules.1', kind: 'weekly', weekday: 1, start: '11:00', end: '13:00' }),
      ]),
    );
    expect(Date.parse(conflict.until) - Date.parse(conflict.from)).toBe(3_600_000);
    expect((await rules()).items).toHaveLength(1);
    expect(
      codesOf([
        await add([
          { ...morning, weekdays: [1] },
          { ...morning, weekdays: [1] },
        ]),
      ]),
    ).toEqual(['schedule_conflict']);
  });

  test('of overlapping hours that are added at once one is there, and the others are told', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => add([{ ...morning, start: `${10 + n}:00`, end: '18:00' }])));
    expect(codesOf(answers).filter((code) => code === null)).toHaveLength(1);
    expect(codesOf(answers).filter((code) => code === 'schedule_conflict')).toHaveLength(4);
    expect((await rules()).items).toHaveLength(1);
  });

  test('changeRule() and removeRule() act on the schedule that was seen', async () => {
    const { version, items } = dataOf(await add([morning]));
    const url = `${base()}/work-rules/${items[0].id}`;
    const body = { weekday: 2, start: '10:00', end: '12:00', slotMinutes: 15, serviceType: 'consultation' };
    const changed = dataOf(await server().call('PUT', url, doctor(), { ...body, version }));
    expect(changed).toMatchObject({
      version: version + 1,
      items: [{ id: items[0].id, weekday: 2, slotMinutes: 15, serviceType: 'consultation' }],
    });
    expect((await server().call('PUT', url, doctor(), { ...body, version })).body.error.code).toBe('conflict');
    expect((await server().call('PUT', `${base()}/work-rules/${randomUUID()}`, doctor(), body)).body.error.code).toBe('not_found');
    expect((await server().call('PUT', url, doctor(), { ...body, slotMinutes: 7 })).body.error.details).toMatchObject([
      { field: 'body.start' },
    ]);
    expect(dataOf(await server().call('DELETE', url, doctor())).items).toEqual([]);
    expect((await server().call('DELETE', url, doctor())).body.error.code).toBe('not_found');
  });

  test('addAdjustments() makes extra, other and closed hours; overlaps with weekly hours are told', async () => {
    dataOf(await add([morning]));
    const { items } = dataOf(
      await adjust([
        { kind: 'closed', dates: [MONDAY, '2090-01-09'], start: '10:00', note: '会议' },
        { kind: 'replaced', dates: ['2090-01-16'], start: '14:00', end: '15:00', slotMinutes: 20, gapMinutes: 10 },
        { kind: 'extra', dates: ['2090-01-03'], start: '22:00', end: '02:00', slotMinutes: 60, despiteHoliday: true },
      ]),
    );
    expect(items).toMatchObject([
      { kind: 'closed', date: MONDAY, start: '10:00', end: null, note: '会议', slotMinutes: null },
      { kind: 'extra', date: '2090-01-03', start: '22:00', end: '02:00', despiteHoliday: true },
      { kind: 'closed', date: '2090-01-09' },
      { kind: 'replaced', date: '2090-01-16', slotMinutes: 20, gapMinutes: 10, capacity: 1 },
    ]);
    const overlap = await adjust([{ kind: 'extra', dates: ['2090-01-23'], start: '11:30', end: '12:30', slotMinutes: 30 }]);
    expect(detailsOf(overlap)[0].sides).toMatchObject([
      { field: 'body.adjustments.0', kind: 'extra' },
      { kind: 'weekly', date: '2090-01-23' },
    ]);
    const faults = await adjust([{ kind: 'closed', dates: [MONDAY], start: '10:00', end: '10:00', zone: 'X' }]);
    expect(detailsOf(faults)).toMatchObject([{ field: 'body.adjustments.0.start' }, { field: 'body.adjustments.0.zone' }]);
    expect((await adjust([{ kind: 'closed', dates: [MONDAY], slotMinutes: 30 }])).body.error.code).toBe('invalid_request');
    expect((await adjustments()).items).toHaveLength(4);
  });

  test('changeAdjustment() changes kind and date; taking other hours away may bring an overlap back', async () => {
    dataOf(await add([morning]));
    const day = { kind: 'replaced', start: '14:00', end: '15:00', slotMinutes: 30 };
    const [first] = dataOf(await adjust([{ ...day, dates: [MONDAY] }])).items;
    dataOf(await adjust([{ kind: 'extra', dates: [MONDAY], start: '11:00', end: '12:00', slotMinutes: 30 }]));
    const url = `${base()}/adjustments/${first.id}`;
    expect((await server().call('DELETE', url, doctor())).body.error.code).toBe('schedule_conflict');
    expect((await server().call('PUT', url, doctor(), { ...day, date: '2090-01-09' })).body.error.code).toBe('schedule_conflict');
    const other = (await adjustments()).items.find(({ kind }: { kind: string }) => kind === 'extra');
    dataOf(await server().call('DELETE', `${base()}/adjustments/${other.id}`, doctor()));
    const moved = dataOf(await server().call('PUT', url, doctor(), { kind: 'closed', date: '2090-01-09' }));
    expect(moved.items).toMatchObject([{ id: first.id, kind: 'closed', date: '2090-01-09', start: null, slotMinutes: null }]);
    expect((await server().call('PUT', `${base()}/adjustments/${randomUUID()}`, doctor(), { kind: 'closed', date: MONDAY })).status).toBe(
      404,
    );
  });

  test('hours are the practitioner’s own and the staff’s', async () => {
    const { otherDoctor, patient, administrator } = server().people;
    const staff = `desk-${randomUUID().slice(0, 8)}`;
    await server().modules.users.create({ account: staff, name: '前台', password: 'correct horse', roles: ['service_staff'] });
    const desk = await server().signIn(staff);
    for (const token of [otherDoctor.token, patient.token]) {
      const answers = [await add([morning], token), await adjust([{ kind: 'closed', dates: [MONDAY] }], token)];
      answers.push(await server().call('GET', `${base()}/work-rules`, token), await server().call('GET', `${base()}/adjustments`, token));
      expect(new Set(codesOf(answers))).toEqual(new Set(['forbidden']));
    }
    dataOf(await add([morning], desk));
    dataOf(await add([{ ...morning, weekdays: [2] }], administrator.token));
    expect((await server().call('GET', `/api/v1/practitioners/${randomUUID()}/work-rules`, desk)).body.error.code).toBe('not_found');
    expect((await add([morning], null as never)).body.error.code).toBe('unauthenticated');
  });
});
