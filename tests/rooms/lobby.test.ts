import { roomSuite } from '#tests/support/room-suite.ts';
import { until } from '#tests/support/wait.ts';

const suite = roomSuite();

describe('lobby', () => {
  test('room:join by patient and guest ends in the lobby, by practitioner and observer in the room', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const [doctor, patient, guest, observer] = await Promise.all(
      (['practitioner', 'patient', 'guest', 'observer'] as const).map((role) => suite.person(server, visit, role)),
    );
    expect((await doctor!.client.join(visit)).phase).toBe('room');
    expect((await observer!.client.join(visit)).phase).toBe('room');
    const answer = await patient!.client.join(visit);
    expect(answer).toMatchObject({
      phase: 'lobby',
      self: { memberId: patient!.memberId, role: 'patient' },
      lobby: { title: 'Follow-up', sentBack: false },
    });
    expect((await guest!.client.join(visit)).phase).toBe('lobby');
    const { lobby } = await doctor!.client.next('lobby:updated', (update) => update.lobby.length === 2);
    expect(lobby.map((entry) => entry.memberId)).toEqual([patient!.memberId, guest!.memberId]);
    expect(observer!.client.heard.some(({ name }) => name === 'lobby:updated')).toBe(false);
  });

  test('room:join without a lobby goes straight in', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    expect((await patient.client.join(visit)).phase).toBe('room');
  });

  test('lobby:admit lets one in: room:admitted with the whole room, peer:joined for the others', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    await guest.client.join(visit);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    const admitted = await patient.client.next('room:admitted');
    expect(admitted.self.peerId).toBe(self.peerId);
    expect(admitted.room.peers.map((peer) => peer.memberId)).toEqual([doctor.memberId, patient.memberId]);
    expect(admitted.room.lobby).toEqual([]);
    expect((await doctor.client.next('peer:joined')).peer.memberId).toBe(patient.memberId);
    await doctor.client.next('lobby:updated', ({ lobby }) => lobby.length === 1 && lobby[0]!.memberId === guest.memberId);
    expect(await doctor.client.code('lobby:admit', { peerId: self.peerId })).toBe('not_found');
  });

  test('lobby:admit-all lets everybody in and says how many', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    for (const role of ['patient', 'guest', 'guest'] as const) await (await suite.person(server, visit, role)).client.join(visit);
    expect(await doctor.client.ok('lobby:admit-all', {})).toEqual({ admitted: 3 });
    expect((await server.rooms.inspect(visit.consultationId))?.peers).toHaveLength(4);
  });

  test('lobby:decline turns away with a reason; knocking again is possible', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const guest = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    const { self } = await guest.client.join(visit);
    await doctor.client.ok('lobby:decline', { peerId: self.peerId });
    expect(await guest.client.next('room:closed')).toEqual({ reason: 'declined' });
    await doctor.client.next('lobby:updated', ({ lobby }) => lobby.length === 0);
    expect(await guest.client.code('room:leave', {})).toBe('not_joined');
    expect((await guest.client.join(visit)).phase).toBe('lobby');
  });

  test('peer:send-back puts a participant into the lobby until they are admitted again, also without a lobby', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.enter(visit);
    await doctor.client.ok('peer:send-back', { peerId: self.peerId });
    expect((await patient.client.next('room:sent-back')).lobby.sentBack).toBe(true);
    await doctor.client.next('peer:left', ({ peerId }) => peerId === self.peerId);
    expect(await patient.client.code('chat:send', { clientMessageId: 'm', text: 'hello' })).toBe('in_lobby');
    expect(await patient.client.join(visit)).toMatchObject({ phase: 'lobby', lobby: { sentBack: true } });
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    expect((await patient.client.next('room:admitted')).self.peerId).toBe(self.peerId);
    expect((await patient.client.join(visit)).phase).toBe('room');
  });

  test('an admitted person comes straight back in, after leaving as well', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    await patient.client.next('room:admitted');
    await patient.client.ok('room:leave', {});
    expect((await patient.client.join(visit)).phase).toBe('room');
  });

  test('somebody admitted while their connection was broken comes in when they are back', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    const { self } = await patient.client.join(visit);
    patient.client.socket.disconnect();
    await doctor.client.next('lobby:updated', ({ lobby }) => lobby[0]?.connected === false);
    await doctor.client.ok('lobby:admit', { peerId: self.peerId });
    const back = await server.connect(patient.token);
    expect((await back.join(visit)).phase).toBe('room');
  });
});

describe('lock and limits', () => {
  test('room:lock keeps newcomers in the lobby, not the admitted and never the practitioner', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const guest = await suite.person(server, visit, 'guest');
    const observer = await suite.person(server, visit, 'observer');
    await doctor.client.enter(visit);
    await patient.client.enter(visit);
    await doctor.client.ok('room:lock', { locked: true });
    expect(await patient.client.next('room:updated', ({ locked }) => locked)).toMatchObject({ locked: true });
    expect(server.world.writes).toContain('locked:true');
    expect(await guest.client.join(visit)).toMatchObject({ phase: 'lobby', lobby: { locked: true } });
    expect((await observer.client.join(visit)).phase).toBe('lobby');
    expect((await patient.client.join(visit)).phase).toBe('room');
    await doctor.client.ok('room:leave', {});
    expect((await doctor.client.join(visit)).phase).toBe('room');
  });

  test('room:lock off lets in those who waited only because of the lock', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false, locked: true });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    await doctor.client.enter(visit);
    expect((await patient.client.join(visit)).phase).toBe('lobby');
    await doctor.client.ok('room:lock', { locked: false });
    expect((await patient.client.next('room:admitted')).room.locked).toBe(false);
  });

  test('a lock that cannot be recorded is answered with an error and changes nothing', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    server.world.hooks.beforeWrite = () => {
      throw new Error('database gone');
    };
    expect(await doctor.client.code('room:lock', { locked: true })).toBe('storage_unavailable');
    expect((await server.rooms.inspect(visit.consultationId))?.locked).toBe(false);
  });

  test('a full room refuses with room_full; the practitioner still comes in', async () => {
    const server = await suite.start({ ROOM_MAX_PEERS: '2' });
    const visit = server.world.visit({ lobby: false });
    const people = await Promise.all(
      (['patient', 'guest', 'guest', 'practitioner'] as const).map((role) => suite.person(server, visit, role)),
    );
    await people[0]!.client.enter(visit);
    await people[1]!.client.enter(visit);
    expect(await people[2]!.client.joinCode(visit)).toBe('room_full');
    expect((await people[3]!.client.join(visit)).phase).toBe('room');
    expect((await people[0]!.client.join(visit)).phase).toBe('room');
  });

  test('lobby:admit-all into a room that becomes full admits as many as fit', async () => {
    const server = await suite.start({ ROOM_MAX_PEERS: '2' });
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    for (const role of ['patient', 'guest'] as const) await (await suite.person(server, visit, role)).client.join(visit);
    expect(await doctor.client.ok('lobby:admit-all', {})).toEqual({ admitted: 1 });
    const view = await server.rooms.inspect(visit.consultationId);
    expect(view?.lobby).toHaveLength(1);
    expect(await doctor.client.code('lobby:admit', { peerId: view!.lobby[0]!.id })).toBe('room_full');
  });
});

describe('attendance and start', () => {
  test('somebody waiting in the lobby is present; the visit starts when both are inside, once', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    const waiting = await patient.client.join(visit);
    expect(waiting).toMatchObject({ lobby: { attendance: { practitioner: 'expected', patient: 'present' } } });
    const inside = await doctor.client.enter(visit);
    expect(inside.room).toMatchObject({ startedAt: null, attendance: { practitioner: 'present', patient: 'present' } });
    await patient.client.next('room:updated', ({ attendance }) => attendance.practitioner === 'present');
    await doctor.client.ok('lobby:admit-all', {});
    const { startedAt } = await patient.client.next('room:updated', (update) => update.startedAt !== null);
    await patient.client.ok('room:leave', {});
    await doctor.client.next('room:updated', ({ attendance }) => attendance.patient === 'left');
    expect((await patient.client.enter(visit)).room.startedAt).toBe(startedAt);
    expect(server.world.writes.filter((write) => write === 'started')).toHaveLength(1);
  });

  test('somebody missing becomes late, then a no-show, for those who are there', async () => {
    const server = await suite.start({ ROOM_LATE_MS: '250', ROOM_NO_SHOW_MS: '500' });
    const visit = server.world.visit({ scheduledStart: new Date().toISOString() });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.join(visit);
    await patient.client.next('room:updated', ({ attendance }) => attendance.practitioner === 'late');
    await patient.client.next('room:updated', ({ attendance }) => attendance.practitioner === 'no-show');
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.join(visit);
    await patient.client.next('room:updated', ({ attendance }) => attendance.practitioner === 'present');
  });

  test('startVisit() begins a visit before both are there, once; failures reach who asked', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    await doctor.client.enter(visit);
    server.world.hooks.beforeWrite = () => {
      throw new Error('database gone');
    };
    await expect(server.rooms.startVisit(visit.consultationId, 'req')).rejects.toMatchObject({ code: 'storage_unavailable' });
    server.world.hooks.beforeWrite = () => undefined;
    await Promise.all([server.rooms.startVisit(visit.consultationId, 'a'), server.rooms.startVisit(visit.consultationId, 'b')]);
    const { startedAt } = await doctor.client.next('room:updated', (update) => update.startedAt !== null);
    await server.rooms.startVisit(visit.consultationId, 'c');
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.join(visit);
    await doctor.client.ok('lobby:admit-all', {});
    expect((await server.rooms.inspect(visit.consultationId))?.startedAt).toBe(startedAt);
    expect(server.world.writes.filter((write) => write === 'started')).toHaveLength(1);
  });

  test('startVisit() opens a closed room for it; an ended visit does not begin', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    await server.rooms.startVisit(visit.consultationId, 'req');
    expect(visit.startedAt).not.toBeNull();
    await server.rooms.endVisit(visit.consultationId, null);
    await expect(server.rooms.startVisit(visit.consultationId, 'req')).rejects.toMatchObject({ code: 'visit_ended' });
  });

  test('a start that could not be recorded is tried again', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const doctor = await suite.person(server, visit, 'practitioner');
    const patient = await suite.person(server, visit, 'patient');
    let failures = 0;
    server.world.hooks.beforeWrite = (name) => {
      if (name === 'started' && failures++ === 0) throw new Error('database gone');
    };
    await doctor.client.enter(visit);
    await patient.client.enter(visit);
    await patient.client.next('room:updated', ({ startedAt }) => startedAt !== null);
    expect(failures).toBe(2);
    await until('the record', () => visit.startedAt !== null);
  });
});
