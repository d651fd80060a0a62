/** The room and the chat of a visit over REST, on both engines. */
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import { sealWordsNow } from '#src/maintenance/old-words.ts';
import { booking, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { until } from '#tests/support/wait.ts';

const base = '/api/v1/consultations';

describe.each(['sqlite', 'mysql'])('a visit on %s', (dialect) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(dialect === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  });
  afterAll(() => server.close());

  const doctor = () => server.people.doctor.token;
  const patient = () => server.people.patient.token;
  const stranger = () => server.people.otherPatient.token;
  const code = async (...call: Parameters<TestApp['call']>): Promise<string> => (await server.call(...call)).body.error.code;

  async function booked(): Promise<string> {
    return (await server.call('POST', base, doctor(), booking(server.people.patient.id))).body.data.id;
  }

  /** Lets one side write; numbers go on from `from`. */
  async function write(id: string, role: 'practitioner' | 'patient', from: number, count: number): Promise<void> {
    const member = await server.database.models.members.findOne({ where: { consultationId: id, role }, rejectOnEmpty: true });
    const { epoch } = await createConsultationPolicy(server.database, server.foundation.vault).open(id);
    const messages = Array.from({ length: count }, (_, index) => {
      const [seq, sentAt] = [from + index, 1_700_000_000_123 + from + index];
      return { seq, sentAt, clientMessageId: `m${from + index}`, memberId: member.id, name: 'N', role, text: 'text' };
    });
    await server.chatStore.append(id, epoch, messages);
  }

  test('texts are sealed, those from before too once the nightly maintenance was there', async () => {
    const id = await booked();
    await write(id, 'patient', 1, 2);
    const { messages, consultations } = server.database.models;
    const rows = () => messages.findAll({ where: { consultationId: id }, order: ['seq'] });
    const texts = async () =>
      (await server.call('GET', `${base}/${id}/messages`, doctor())).body.data.items.map(({ text }: { text: string }) => text);
    expect((await rows()).map(({ text, textSealed }) => [text, textSealed?.includes('text')])).toEqual(Array(2).fill(['', false]));
    const leaveInClear = () => messages.update({ text: 'old', textSealed: null }, { where: { consultationId: id, seq: 1 } });
    await leaveInClear();
    await consultations.update({ title: 'old title', titleSealed: null }, { where: { id } });
    expect(await texts()).toEqual(['old', 'text']);
    await server.modules.maintenance.clean();
    expect((await rows()).map(({ text }) => text)).toEqual(['', '']);
    expect(await texts()).toEqual(['old', 'text']);
    expect((await consultations.findByPk(id))?.title).toBe('');
    expect((await server.call('GET', `${base}/${id}`, doctor())).body.data.title).toBe('old title');
    // Three nights that find nothing, and whole tables are not read again.
    for (let night = 0; night < 3; night++) await server.modules.maintenance.clean();
    await leaveInClear();
    await server.modules.maintenance.clean();
    expect((await rows())[0]?.text).toBe('old');
    expect(await sealWordsNow(server.database, server.foundation.vault)).toBe(1);
    expect((await rows())[0]?.text).toBe('');
  });

  test('start() begins it once, by its practitioner, until it is over', async () => {
    const id = await booked();
    expect(await code('POST', `${base}/${id}/start`, patient())).toBe('forbidden');
    const { body } = await server.call('POST', `${base}/${id}/start`, doctor());
    expect(body.data).toMatchObject({ status: 'active', startedAt: expect.any(String), endedAt: null });
    const again = await server.call('POST', `${base}/${id}/start`, doctor());
    expect(again.body.data).toMatchObject({ status: 'active', startedAt: body.data.startedAt });
    expect(await code('POST', `${base}/${id}/cancel`, doctor())).toBe('visit_started');
    await server.call('POST', `${base}/${id}/end`, doctor());
    expect(await code('POST', `${base}/${id}/start`, doctor())).toBe('visit_ended');
    const cancelled = await booked();
    await server.call('POST', `${base}/${cancelled}/cancel`, doctor());
    expect(await code('POST', `${base}/${cancelled}/start`, doctor())).toBe('visit_ended');
  });

  test('closeRoom() leaves the visit as it is', async () => {
    const id = await booked();
    await server.call('POST', `${base}/${id}/start`, doctor());
    server.openRooms.push({ consultationId: id, title: 'Follow-up', peers: 2, lobby: 0, startedAt: 1 });
    expect(await code('POST', `${base}/${id}/room/close`, patient())).toBe('forbidden');
    expect(await code('POST', `${base}/${id}/room/close`, server.people.otherDoctor.token)).toBe('forbidden');
    for (let time = 0; time < 2; time++) {
      const { status, body } = await server.call('POST', `${base}/${id}/room/close`, doctor());
      expect([status, body.data]).toEqual([200, { room: null }]);
    }
    expect(server.openRooms).toEqual([]);
    expect((await server.call('GET', `${base}/${id}`, doctor())).body.data.status).toBe('active');
    for (const fault of ['room_busy', 'deadline'] as const) {
      server.roomFaults.push(fault);
      expect(await code('GET', `${base}/${id}/room`, doctor())).toBe(fault);
    }
  });

  test('unread messages are those of the others after what was read, and read is never taken back', async () => {
    const id = await booked();
    await write(id, 'practitioner', 1, 3);
    await write(id, 'patient', 4, 1);
    const unread = async (token: string) => (await server.call('GET', `${base}/${id}`, token)).body.data.unread;
    const read = async (seq: number, token = patient()) =>
      (await server.call('PUT', `${base}/${id}/messages/read`, token, { seq })).body.data;
    expect([await unread(patient()), await unread(doctor())]).toEqual([3, 1]);
    expect(await read(2)).toEqual({ readSeq: 2, unread: 1 });
    expect(await read(1)).toEqual({ readSeq: 2, unread: 1 });
    // As far as there are messages: what comes later is not read yet.
    expect(await read(99)).toEqual({ readSeq: 4, unread: 0 });
    await write(id, 'practitioner', 5, 2);
    expect([await unread(patient()), await unread(doctor())]).toEqual([2, 1]);
    const page = await server.call('GET', `${base}/${id}/messages?limit=2&afterSeq=4`, patient());
    expect(page.body.data).toMatchObject({ readSeq: 4, nextAfterSeq: 6 });
    expect(await code('PUT', `${base}/${id}/messages/read`, stranger(), { seq: 1 })).toBe('forbidden');
    expect(await code('PUT', `${base}/${id}/messages/read`, patient(), { seq: -1 })).toBe('invalid_request');
    expect(await code('PUT', `${base}/00000000-0000-7000-8000-000000000000/messages/read`, patient(), { seq: 1 })).toBe('not_found');
    await server.call('POST', `${base}/${id}/end`, doctor());
    expect(await read(6)).toEqual({ readSeq: 6, unread: 0 });
  });

  test('unread() sums over own visits, the newest first, without those that one was removed from', async () => {
    const [first, second, out] = [await booked(), await booked(), await booked()];
    await write(first, 'practitioner', 1, 2);
    await write(second, 'practitioner', 1, 3);
    await write(out, 'practitioner', 1, 1);
    await server.database.models.members.update(
      { removedAt: new Date() },
      { where: { consultationId: out, userId: server.people.patient.id } },
    );
    expect(await code('PUT', `${base}/${out}/messages/read`, patient(), { seq: 1 })).toBe('removed');
    const { body } = await server.call('GET', '/api/v1/messages/unread', patient());
    expect(body.data.items.slice(0, 2)).toEqual([
      { consultationId: second, unread: 3 },
      { consultationId: first, unread: 2 },
    ]);
    expect(body.data.total).toBe(5);
    const listed = (await server.call('GET', `${base}?pageSize=100`, patient())).body.data.items;
    const counts = new Map(listed.map((visit: { id: string; unread: number }) => [visit.id, visit.unread]));
    expect([first, second, out].map((id) => counts.get(id))).toEqual([2, 3, 0]);
    expect((await server.call('GET', '/api/v1/messages/unread', stranger())).body.data).toEqual({ total: 0, items: [] });
  });

  test('members are told that a chat goes on, those of other visits are not, and who reads it on their other pages', async () => {
    const id = await booked();
    const told = (userId: string) =>
      server.pushed.filter(
        ({ userId: to, name, payload }) =>
          to === userId && name === 'chat:unread' && (payload as { consultationId: string }).consultationId === id,
      ).length;
    const sides = () => [told(server.people.doctor.id), told(server.people.patient.id)];
    await write(id, 'patient', 1, 1);
    await until('both to be told', () => sides().every((count) => count === 1));
    // Soon after each other: told together, or not, but told.
    await write(id, 'patient', 2, 1);
    await write(id, 'practitioner', 3, 2);
    await until('both to be told once more', () => sides().every((count) => count > 1));
    for (const seq of [4, 4, 2]) await server.call('PUT', `${base}/${id}/messages/read`, doctor(), { seq });
    const [own = 0, others = 0] = sides();
    expect(own - others).toBe(1);
    expect(told(server.people.otherPatient.id)).toBe(0);
  });
});
