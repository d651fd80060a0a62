import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { ChatMessage } from '#rooms/protocol.ts';
import type { ChatStore, ConsultationPolicy, Identity } from '#rooms/ports.ts';
import { createChatStore } from '#src/chat/store.ts';
import { createConsultationPolicy } from '#src/consultations/policy.ts';
import { parseKeyRing } from '#src/crypto/keys.ts';
import { createVault } from '#src/crypto/vault.ts';
import { createSnapshotStore } from '#src/snapshots/store.ts';
import type { Database } from '#src/database/database.ts';
import { describeDatabases } from '#tests/support/databases.ts';

const aVault = () => createVault(parseKeyRing(`k1:${randomBytes(32).toString('hex')}`), 'a secret for the index that is long');

describeDatabases('ports of the rooms', (open) => {
  let database: Database;
  let policy: ConsultationPolicy;
  let chat: ChatStore;
  beforeAll(async () => {
    database = await open();
    policy = createConsultationPolicy(database, aVault());
    chat = createChatStore(database, aVault());
  });

  /** A visit with a practitioner and a guest. */
  async function visit() {
    const { users, consultations, members } = database.models;
    const times = { scheduledStart: new Date('2030-01-01T10:00:00.123Z'), scheduledEnd: new Date('2030-01-01T11:00:00Z') };
    return database.transaction(async () => {
      const doctor = await users.create({
        id: uuid(),
        account: uuid(),
        name: 'Dr',
        passwordHash: 'x',
        status: 'active',
      });
      const { id } = await consultations.create({
        ...times,
        id: uuid(),
        title: 'Visit',
        status: 'scheduled',
        practitionerUserId: doctor.id,
        lobby: true,
        locked: false,
        roomEpoch: 0,
        version: 1,
      });
      const place = { consultationId: id, accessEpoch: 1 };
      const practitioner = await members.create({ ...place, id: uuid(), userId: doctor.id, name: 'Dr', role: 'practitioner' });
      const guest = await members.create({ ...place, id: uuid(), userId: null, name: 'G', role: 'guest' });
      return { id, doctor, practitioner, guest };
    });
  }

  const asUser = (userId: string): Identity => ({ kind: 'user', userId, name: 'N', sessionId: 's', expiresAt: 0 });
  const asGuest = (memberId: string, consultationId: string, accessEpoch: number): Identity => ({
    kind: 'guest',
    memberId,
    consultationId,
    accessEpoch,
    name: 'N',
    sessionId: memberId,
    expiresAt: 0,
  });

  describe('policy', () => {
    test('authorize() lets members in and nobody else', async () => {
      const { id, doctor, practitioner, guest } = await visit();
      expect(await policy.authorize(id, asUser(doctor.id))).toEqual({ memberId: practitioner.id, name: 'Dr', role: 'practitioner' });
      expect((await policy.authorize(id, asGuest(guest.id, id, 1))).role).toBe('guest');
      const refused = (visitId: string, who: Identity, code: string) =>
        expect(policy.authorize(visitId, who)).rejects.toMatchObject({ code });
      await refused(uuid(), asUser(doctor.id), 'not_found');
      await refused(id, asUser(uuid()), 'forbidden');
      await refused((await visit()).id, asGuest(guest.id, id, 1), 'forbidden');
      await refused(id, asGuest(guest.id, id, 2), 'removed');
    });

    test('open() gives facts and a higher epoch each time, to one of many at once', async () => {
      const { id } = await visit();
      const facts = await policy.open(id);
      expect(facts).toEqual({
        consultationId: id,
        title: 'Visit',
        scheduledStart: '2030-01-01T10:00:00.123Z',
        scheduledEnd: '2030-01-01T11:00:00.000Z',
        startedAt: null,
        lobby: true,
        locked: false,
        epoch: 1,
        latestChatSeq: 0,
      });
      const epochs = await Promise.all(Array.from({ length: 8 }, async () => (await policy.open(id)).epoch));
      expect(new Set(epochs).size).toBe(8);
      await expect(policy.open(uuid())).rejects.toMatchObject({ code: 'not_found' });
    });

    // docs/architecture.md lists them; those of recordings are beside their store.
    test('every write of a room is stored at the current epoch and refused at an older one', async () => {
      const { id, doctor, practitioner, guest } = await visit();
      const { epoch: old } = await policy.open(id);
      const { epoch } = await policy.open(id);
      const snapshots = createSnapshotStore(database);
      const word: ChatMessage = {
        seq: 1,
        clientMessageId: 'm',
        memberId: guest.id,
        name: 'G',
        role: 'guest',
        text: 'x',
        sentAt: 1_900_000_000_000,
      };
      const writes = (at: number) => [
        () => chat.append(id, at, [word]),
        () => snapshots.save(id, { epoch: at, data: {} }),
        () => policy.started(id, at, 1_900_000_000_123),
        () => policy.locked(id, at, true),
        () => policy.locked(id, at, true),
        () => policy.removeMember(id, at, guest.id),
        () => policy.ended(id, at, 1_900_000_100_000, practitioner.id),
        () => snapshots.remove(id, at),
      ];
      for (const write of writes(old)) await expect(write()).rejects.toMatchObject({ code: 'stale_epoch' });
      expect(await policy.authorize(id, asGuest(guest.id, id, 1))).toBeDefined();
      for (const write of writes(epoch)) await write();
      const row = await database.models.consultations.findByPk(id);
      expect(row).toMatchObject({
        status: 'ended',
        locked: true,
        startedAt: new Date(1_900_000_000_123),
        endedAt: new Date(1_900_000_100_000),
      });
      await expect(policy.authorize(id, asGuest(guest.id, id, 1))).rejects.toMatchObject({ code: 'removed' });
      await expect(policy.authorize(id, asUser(doctor.id))).rejects.toMatchObject({ code: 'visit_ended' });
      await expect(policy.open(id)).rejects.toMatchObject({ code: 'visit_ended' });
      await expect(policy.locked(id, epoch, false)).rejects.toMatchObject({ code: 'visit_ended' });
    });

    test('started() of a room that comes back keeps the first time', async () => {
      const { id } = await visit();
      const { epoch } = await policy.open(id);
      await policy.started(id, epoch, 1_900_000_000_000);
      await policy.started(id, epoch, 1_900_000_009_000);
      expect((await policy.open(id)).startedAt).toBe(1_900_000_000_000);
    });
  });

  describe('chat', () => {
    const message = (memberId: string, seq: number, clientMessageId: string, text = 'hello'): ChatMessage => ({
      seq,
      clientMessageId,
      memberId,
      name: 'G',
      role: 'guest',
      text,
      sentAt: 1_900_000_000_000 + seq,
    });

    test('append() stores a group and after() gives it back in order', async () => {
      const { id, guest } = await visit();
      const { epoch } = await policy.open(id);
      const texts = ['你好 😀', 'it\'s \\ "quoted" $1 :name ?', 'nul \u0000 inside', 'x'.repeat(4_000), '诊'.repeat(4_000)];
      const group = texts.map((text, i) => message(guest.id, i + 1, `id-${i}`, text));
      expect(await chat.append(id, epoch, group)).toEqual(group.map(({ seq, sentAt }) => ({ seq, sentAt })));
      expect(await chat.after(id, 0, 100)).toEqual(group);
      expect((await chat.after(id, 2, 2)).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(await chat.find(id, guest.id, 'id-2')).toEqual({ seq: 3, sentAt: group[2]?.sentAt });
      expect(await chat.find(id, guest.id, 'ID-2')).toBeNull();
      expect((await policy.open(id)).latestChatSeq).toBe(5);
    });

    test('append() of a message stored before answers its first number and leaves no gap', async () => {
      const { id, guest } = await visit();
      const { epoch } = await policy.open(id);
      await chat.append(id, epoch, [message(guest.id, 1, 'a'), message(guest.id, 2, 'b')]);
      const again = [message(guest.id, 3, 'c'), message(guest.id, 4, 'b', 'another text'), message(guest.id, 5, 'd')];
      expect((await chat.append(id, epoch, again)).map(({ seq }) => seq)).toEqual([3, 2, 4]);
      const stored = await chat.after(id, 0, 100);
      expect(stored.map(({ seq, clientMessageId, text }) => [seq, clientMessageId, text])).toEqual([
        [1, 'a', 'hello'],
        [2, 'b', 'hello'],
        [3, 'c', 'hello'],
        [4, 'd', 'hello'],
      ]);
    });

    test('append() is refused at an old epoch, for a number taken by another message, and after the end', async () => {
      const { id, guest } = await visit();
      const { epoch: old } = await policy.open(id);
      const { epoch } = await policy.open(id);
      const refused = (at: number, seq: number, code: string) =>
        expect(chat.append(id, at, [message(guest.id, seq, uuid())])).rejects.toMatchObject({ code });
      await chat.append(id, epoch, [message(guest.id, 1, 'a')]);
      await refused(old, 2, 'stale_epoch');
      await refused(epoch, 1, 'stale_epoch');
      await policy.ended(id, epoch, Date.now(), null);
      await refused(epoch, 2, 'visit_ended');
      expect(await chat.after(id, 0, 100)).toHaveLength(1);
    });

    test('append() at once with a takeover is either refused or seen by the new owner', async () => {
      const { id, guest } = await visit();
      for (let round = 0; round < 10; round++) {
        const { epoch, latestChatSeq } = await policy.open(id);
        const sent = chat.append(id, epoch, [message(guest.id, latestChatSeq + 1, uuid())]).then(
          () => 1,
          () => 0,
        );
        const [stored, next] = await Promise.all([sent, policy.open(id)]);
        expect(next.latestChatSeq).toBe(latestChatSeq + stored);
      }
    });
  });
});
