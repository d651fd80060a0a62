import { randomUUID } from 'node:crypto';
import { roomSuite } from '#tests/support/room-suite.ts';

const suite = roomSuite();

describe('chat over sockets', () => {
  test('chat:send reaches everybody in the room in order, the sender too, and nobody in the lobby', async () => {
    const server = await suite.start();
    const visit = server.world.visit();
    const doctor = await suite.person(server, visit, 'practitioner');
    const observer = await suite.person(server, visit, 'observer');
    const waiting = await suite.person(server, visit, 'guest');
    await doctor.client.enter(visit);
    await observer.client.enter(visit);
    await waiting.client.join(visit);
    const texts = Array.from({ length: 10 }, (_, index) => `消息 ${index} 🩺`);
    await Promise.all(texts.map((text) => doctor.client.ok('chat:send', { clientMessageId: randomUUID(), text })));
    await observer.client.ok('chat:history', { afterSeq: 10 });
    for (const { client } of [doctor, observer]) {
      const posted = client.heard
        .filter(({ name }) => name === 'chat:posted')
        .flatMap(({ payload }) => (payload as { messages: { seq: number; text: string }[] }).messages);
      expect(posted.map(({ seq }) => seq)).toEqual(texts.map((_, index) => index + 1));
      expect(posted.map(({ text }) => text)).toEqual(texts);
    }
    expect(waiting.client.heard.some(({ name }) => name === 'chat:posted')).toBe(false);
  });

  test('an id with blanks is refused, which the engines compare differently', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    expect(await patient.client.joinCode({ ...visit, consultationId: `${visit.consultationId} ` })).toBe('invalid_payload');
    await patient.client.enter(visit);
    for (const clientMessageId of ['m ', ' m', 'm\u3000', 'm\n', ''])
      expect(await patient.client.code('chat:send', { clientMessageId, text: 'x' })).toBe('invalid_payload');
    expect(await patient.client.ok('chat:send', { clientMessageId: 'm', text: 'x' })).toMatchObject({ seq: 1 });
  });

  test('chat:history pages through everything', async () => {
    const server = await suite.start({ RATE_CHAT_PER_10_SECONDS: '1000' });
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    await Promise.all(
      Array.from({ length: 25 }, (_, index) => patient.client.ok('chat:send', { clientMessageId: `m${index}`, text: `${index}` })),
    );
    const seen: number[] = [];
    for (;;) {
      const page = await patient.client.ok('chat:history', { afterSeq: seen.at(-1) ?? 0, limit: 10 });
      expect(page.latestSeq).toBe(25);
      if (page.messages.length === 0) break;
      seen.push(...page.messages.map(({ seq }) => seq));
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  });

  test('the budget of a person counts over their devices', async () => {
    const server = await suite.start({ RATE_CHAT_PER_10_SECONDS: '4', ROOM_SECOND_DEVICE: 'allow' });
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    const phone = await server.connect(patient.token);
    await patient.client.enter(visit);
    await phone.enter(visit);
    const answers = [];
    for (let index = 0; index < 6; index++)
      answers.push(await (index % 2 ? phone : patient.client).code('chat:send', { clientMessageId: `m${index}`, text: 'x' }));
    expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'rate_limited', 'rate_limited']);
  });

  test('an answer that came too late: the deadline passes, repeating the message does not post it twice', async () => {
    const server = await suite.start({ ROOM_ASK_TIMEOUT_MS: '200' });
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    let release!: () => void;
    server.world.hooks.beforeWrite = () => new Promise<void>((resolve) => (release = resolve));
    expect(await patient.client.code('chat:send', { clientMessageId: 'm', text: 'once' })).toBe('deadline');
    expect(await patient.client.code('chat:history', { afterSeq: 0 })).toBe('ok');
    const again = patient.client.ok('chat:send', { clientMessageId: 'm', text: 'once' });
    await patient.client.ok('chat:history', { afterSeq: 0 });
    release();
    expect(await again).toMatchObject({ seq: 1 });
    expect(visit.messages).toHaveLength(1);
  });

  test('a newer owner of the room: the write is refused, the old actor quits, clients come back to the new one', async () => {
    const server = await suite.start();
    const visit = server.world.visit({ lobby: false });
    const patient = await suite.person(server, visit, 'patient');
    await patient.client.enter(visit);
    visit.epoch += 1;
    expect(await patient.client.code('chat:send', { clientMessageId: 'm', text: 'late' })).toBe('stale_epoch');
    expect(await patient.client.closed()).toBe('transport close');
    expect(visit.messages).toEqual([]);
    const back = await server.connect(patient.token);
    await back.enter(visit, { deviceId: patient.client.deviceId });
    expect(await back.ok('chat:send', { clientMessageId: 'm', text: 'late' })).toMatchObject({ seq: 1 });
  });
});
