import { randomUUID } from 'node:crypto';
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import { booking, silentLog, startApp, type TestApp } from '#tests/support/app.ts';
import { approve } from '#tests/support/people.ts';

const base = '/api/v1/consultations';
let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

const doctor = () => server.people.doctor.token;
const patient = () => server.people.patient.token;
async function booked(fields: object = {}): Promise<string> {
  const { body } = await server.call('POST', base, doctor(), { ...booking(server.people.patient.id), ...fields });
  return body.data.id;
}

describe('create()', () => {
  test('books a visit that both sides see', async () => {
    const input = booking(server.people.patient.id);
    const { status, body } = await server.call('POST', base, doctor(), { ...input, title: '  复诊 😀 ' });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      title: '复诊 😀',
      status: 'scheduled',
      role: 'practitioner',
      practitioner: { id: server.people.doctor.id },
      patient: { id: server.people.patient.id },
      scheduledStart: input.scheduledStart,
      startedAt: null,
      lobby: true,
    });
    const seen = await server.call('GET', `${base}/${body.data.id}`, patient());
    expect(seen.body.data).toEqual({ ...body.data, role: 'patient' });
  });

  test('by a patient is refused', async () => {
    expect((await server.call('POST', base, patient(), booking(server.people.patient.id))).body.error.code).toBe('forbidden');
  });

  test.each([
    ['an unknown patient', { patientId: randomUUID() }, 'unknown_patient'],
    ['an end before the start', { scheduledEnd: '2020-01-01T00:00:00.000Z' }, 'invalid_request'],
    ['a length of more than a day', { scheduledEnd: '2099-01-01T00:00:00.000Z' }, 'invalid_request'],
    ['a time that is none', { scheduledStart: 'tomorrow' }, 'invalid_request'],
    ['a local time', { scheduledStart: '2026-01-01T10:00:00' }, 'invalid_request'],
    ['a title without letters', { title: '   ' }, 'invalid_request'],
    ['a title with a NUL', { title: 'a\u0000b' }, 'invalid_request'],
    ['a field that does not exist', { status: 'ended' }, 'invalid_request'],
  ])('with %s is refused', async (_name, fields, code) => {
    const { status, body } = await server.call('POST', base, doctor(), { ...booking(server.people.patient.id), ...fields });
    expect([status < 500, body.error.code]).toEqual([true, code]);
  });

  test('of a doctor with themself is refused', async () => {
    const both = await server.users.create({ account: 'both', name: 'Both', password: 'correct horse', roles: ['doctor', 'patient'] });
    const token = await server.signIn('both');
    expect((await server.call('POST', base, token, booking(both.id))).body.error.code).toBe('unknown_patient');
    await server.database.models.users.update({ status: 'inactive' }, { where: { id: both.id } });
  });

  test('with a doctor as patient is refused', async () => {
    expect((await server.call('POST', base, doctor(), booking(server.people.otherDoctor.id))).body.error.code).toBe('unknown_patient');
  });
});

describe('list()', () => {
  test('answers own visits only, sorted, by page and by status', async () => {
    const mine = await server.call('POST', base, server.people.otherDoctor.token, booking(server.people.otherPatient.id));
    for (let i = 0; i < 4; i++) {
      const start = Date.parse('2030-01-01T00:00:00Z') + i * 3_600_000;
      await server.call('POST', base, server.people.otherDoctor.token, {
        ...booking(server.people.otherPatient.id),
        title: `visit ${i}`,
        scheduledStart: new Date(start).toISOString(),
        scheduledEnd: new Date(start + 60_000).toISOString(),
      });
    }
    const page = async (query: string) => (await server.call('GET', `${base}?${query}`, server.people.otherPatient.token)).body.data;
    const first = await page('pageSize=3');
    expect(first.items.map(({ title }: { title: string }) => title)).toEqual(['visit 3', 'visit 2', 'visit 1']);
    expect(first.pagination).toEqual({ page: 1, pageSize: 3, total: 5 });
    expect((await page('pageSize=3&page=2')).items.map(({ id }: { id: string }) => id)).toContain(mine.body.data.id);
    expect((await page('sort=scheduledStart')).items[0].id).toBe(mine.body.data.id);
    expect((await page('status=ended')).items).toEqual([]);
    expect((await page('page=9')).items).toEqual([]);
  });
});

describe('end()', () => {
  test('ends the visit once, by its practitioner', async () => {
    const id = await booked();
    expect((await server.call('POST', `${base}/${id}/end`, patient())).body.error.code).toBe('forbidden');
    const { body } = await server.call('POST', `${base}/${id}/end`, doctor());
    expect(body.data).toMatchObject({ status: 'ended', endedAt: expect.any(String) });
    expect((await server.call('POST', `${base}/${id}/end`, doctor())).body.error.code).toBe('visit_ended');
    expect((await server.call('POST', `${base}/${id}/invitations`, doctor(), { name: 'G', role: 'guest' })).status).toBe(410);
  });
});

describe('cancel()', () => {
  test('calls off a visit that has not begun: nobody enters, and it is listed as cancelled', async () => {
    const id = await booked();
    expect((await server.call('POST', `${base}/${id}/cancel`, patient())).body.error.code).toBe('forbidden');
    const { body } = await server.call('POST', `${base}/${id}/cancel`, doctor());
    expect(body.data).toMatchObject({ id, status: 'cancelled', startedAt: null });
    const row = await server.database.models.consultations.findByPk(id);
    expect(row?.endedByMemberId).toBe((await server.call('GET', `${base}/${id}/members`, doctor())).body.data.items[0].id);
    const policy = createConsultationPolicy(server.database, server.foundation.vault);
    await expect(policy.authorize(id, await server.auth.authenticate(patient()))).rejects.toMatchObject({ code: 'visit_ended' });
    await expect(policy.open(id)).rejects.toMatchObject({ code: 'visit_ended' });
    expect((await server.call('POST', `${base}/${id}/cancel`, doctor())).body.error.code).toBe('visit_ended');
    const listed = async (status: string) => {
      const { items } = (await server.call('GET', `${base}?status=${status}&pageSize=100`, doctor())).body.data;
      return items.some((item: { id: string }) => item.id === id);
    };
    expect([await listed('cancelled'), await listed('ended'), await listed('scheduled')]).toEqual([true, false, false]);
  });

  test('of a visit that has begun is refused', async () => {
    const id = await booked();
    const policy = createConsultationPolicy(server.database, server.foundation.vault);
    const { epoch } = await policy.open(id);
    await policy.started(id, epoch, Date.now());
    expect((await server.call('POST', `${base}/${id}/cancel`, doctor())).body.error.code).toBe('visit_started');
  });

  test('that the room could not complete keeps everybody out and is completed by a repetition', async () => {
    const id = await booked();
    const policy = createConsultationPolicy(server.database, server.foundation.vault);
    const { epoch } = await policy.open(id);
    await server.database.models.consultations.update({ cancelledAt: new Date() }, { where: { id } });
    await expect(policy.authorize(id, await server.auth.authenticate(patient()))).rejects.toMatchObject({ code: 'visit_ended' });
    await expect(policy.started(id, epoch, Date.now())).rejects.toMatchObject({ code: 'visit_ended' });
    expect((await server.call('POST', `${base}/${id}/cancel`, doctor())).body.data.status).toBe('cancelled');
  });
});

test('openRooms() lists rooms of own visits only', async () => {
  const id = await booked();
  const room = { title: 'Follow-up', peers: 1, lobby: 0, startedAt: null };
  server.openRooms.push({ consultationId: id, ...room }, { consultationId: randomUUID(), ...room });
  expect((await server.call('GET', '/api/v1/rooms', patient())).body.data.items).toEqual([{ consultationId: id, ...room }]);
  expect((await server.call('GET', '/api/v1/rooms', server.people.otherPatient.token)).body.data.items).toEqual([]);
  server.openRooms.length = 0;
});

describe('invitations', () => {
  test('give a link whose token is the guest, and can be restored after a kick with a new one only', async () => {
    const id = await booked();
    const { data } = (await server.call('POST', `${base}/${id}/invitations`, doctor(), { name: '李 Guest', role: 'guest' })).body;
    expect(data.url).toBe(`https://clinic.test/visit/${id}#guest=${data.token}`);
    const policy = createConsultationPolicy(server.database, server.foundation.vault);
    const identity = await server.auth.authenticate(data.token);
    expect(await policy.authorize(id, identity)).toEqual({ memberId: data.member.id, name: '李 Guest', role: 'guest' });

    const { epoch } = await policy.open(id);
    await policy.removeMember(id, epoch, data.member.id);
    await expect(policy.authorize(id, identity)).rejects.toMatchObject({ code: 'removed' });
    const members = (await server.call('GET', `${base}/${id}/members`, doctor())).body.data.items;
    expect(members.map(({ role, removed }: Record<string, unknown>) => [role, removed])).toEqual([
      ['practitioner', false],
      ['patient', false],
      ['guest', true],
    ]);

    const restored = (await server.call('POST', `${base}/${id}/members/${data.member.id}/restore`, doctor())).body.data;
    expect(restored.member.removed).toBe(false);
    await expect(policy.authorize(id, identity)).rejects.toMatchObject({ code: 'removed' });
    const again = await server.auth.authenticate(restored.invitation.token);
    expect((await policy.authorize(id, again)).memberId).toBe(data.member.id);
  });

  test('that were withdrawn open nothing any more, here and after a restart: after a kick, and after the end', async () => {
    const { createAuth } = await import('#src/auth/service.ts');
    const id = await booked();
    const invite = async () => (await server.call('POST', `${base}/${id}/invitations`, doctor(), { name: 'G', role: 'guest' })).body.data;
    const code = async (token: string) => {
      const { body } = await server.call('GET', '/api/v1/auth/session', token);
      const restarted = await createAuth(server.foundation);
      const again = await restarted.authenticate(token).then(
        () => undefined,
        (error) => error.code,
      );
      return [body.error?.code, again];
    };
    const [kicked, other] = [await invite(), await invite()];
    const policy = createConsultationPolicy(server.database, server.foundation.vault, server.auth);
    const { epoch } = await policy.open(id);
    await policy.removeMember(id, epoch, kicked.member.id);
    expect(await code(kicked.token)).toEqual(['session_revoked', 'session_revoked']);
    expect(await code(other.token)).toEqual([undefined, undefined]);
    const restored = (await server.call('POST', `${base}/${id}/members/${kicked.member.id}/restore`, doctor())).body.data;
    expect(await code(restored.invitation.token)).toEqual([undefined, undefined]);
    expect(await code(kicked.token)).toEqual(['session_revoked', 'session_revoked']);
    await server.call('POST', `${base}/${id}/end`, doctor());
    expect(await code(restored.invitation.token)).toEqual(['session_revoked', 'session_revoked']);
    expect(await code(other.token)).toEqual(['session_revoked', 'session_revoked']);
  });

  test('that were withdrawn are refused by other processes within a moment', async () => {
    const [{ createAuth }, { createSignals }] = await Promise.all([import('#src/auth/service.ts'), import('#src/signals/signals.ts')]);
    const signals = createSignals(server.database, silentLog);
    const there = await createAuth({ ...server.foundation, signals });
    const id = await booked();
    const invite = async () => (await server.call('POST', `${base}/${id}/invitations`, doctor(), { name: 'G', role: 'guest' })).body.data;
    const [kicked, other] = [await invite(), await invite()];
    const policy = createConsultationPolicy(server.database, server.foundation.vault, server.auth);
    const { epoch } = await policy.open(id);
    await policy.removeMember(id, epoch, kicked.member.id);
    await signals.poll();
    await expect(there.authenticate(kicked.token)).rejects.toMatchObject({ code: 'session_revoked' });
    expect(await there.authenticate(other.token)).toMatchObject({ kind: 'guest', memberId: other.member.id });
    await server.call('POST', `${base}/${id}/end`, doctor());
    await signals.poll();
    await expect(there.authenticate(other.token)).rejects.toMatchObject({ code: 'session_revoked' });
    await there.close();
    signals.close();
  });

  test('of a guest do not open another visit', async () => {
    const [id, other] = [await booked(), await booked()];
    const { token } = (await server.call('POST', `${base}/${id}/invitations`, doctor(), { name: 'G', role: 'observer' })).body.data;
    const policy = createConsultationPolicy(server.database, server.foundation.vault);
    await expect(policy.authorize(other, await server.auth.authenticate(token))).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('sent at once stop at 100 people', async () => {
    const id = await booked();
    const rows = Array.from({ length: 97 }, () => ({
      id: randomUUID(),
      consultationId: id,
      userId: null,
      name: 'G',
      role: 'guest' as const,
      accessEpoch: 1,
    }));
    await server.database.transaction(() => server.database.models.members.bulkCreate(rows));
    const invite = () => server.call('POST', `${base}/${id}/invitations`, doctor(), { name: 'G', role: 'guest' });
    const statuses = (await Promise.all([invite(), invite(), invite()])).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 429, 429]);
  });

  test('as practitioner or patient are refused', async () => {
    const id = await booked();
    expect((await server.call('POST', `${base}/${id}/invitations`, doctor(), { name: 'G', role: 'practitioner' })).status).toBe(400);
  });
});

describe('messages()', () => {
  test('pages through the chat, oldest first', async () => {
    const id = await booked();
    const { createChatStore } = await import('#src/chat/store.ts');
    const { epoch } = await createConsultationPolicy(server.database, server.foundation.vault).open(id);
    const { items } = (await server.call('GET', `${base}/${id}/members`, doctor())).body.data;
    const chat = Array.from({ length: 5 }, (_, i) => ({
      seq: i + 1,
      clientMessageId: `m${i}`,
      memberId: items[0].id,
      name: 'D',
      role: 'practitioner' as const,
      text: `text ${i}`,
      sentAt: 1_700_000_000_123 + i,
    }));
    await createChatStore(server.database, server.foundation.vault).append(id, epoch, chat);
    const first = (await server.call('GET', `${base}/${id}/messages?limit=3`, patient())).body.data;
    expect(first).toEqual({ items: chat.slice(0, 3), readSeq: 0, nextAfterSeq: 3 });
    const second = (await server.call('GET', `${base}/${id}/messages?limit=3&afterSeq=3`, patient())).body.data;
    expect(second).toEqual({ items: chat.slice(3), readSeq: 0, nextAfterSeq: null });
  });
});

test('users.list() finds patients by part of the name, for approved doctors, without more than id and name', async () => {
  await approve(server, server.people.doctor);
  const find = async (query: string, token = doctor()) => server.call('GET', `/api/v1/users?${query}`, token);
  expect((await find('role=patient&keyword=OTHER')).body.data).toEqual({
    items: [{ id: server.people.otherPatient.id, name: 'Name of other-patient' }],
    pagination: { page: 1, pageSize: 20, total: 1 },
  });
  const known = (await find('role=patient')).body.data.items;
  expect(known).toEqual([{ id: server.people.patient.id, name: 'Name of patient' }]);
  expect((await find('role=patient&keyword=N')).body.error.code).toBe('invalid_request');
  expect((await find("keyword=%25'")).body.data.items).toEqual([]);
  expect((await find('', patient())).body.error.code).toBe('forbidden');
});
