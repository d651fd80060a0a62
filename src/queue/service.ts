/**
 * The waiting line of each practitioner (SCH-22): who is there, in order of priority and arrival. Its rows are its truth, so it
 * outlives every process; calling is a guarded update, so nobody is called twice.
 */
import { Op } from 'sequelize';
import type { z } from 'zod';
import type { AppointmentRow } from '#src/appointments/model.ts';
import type { Database } from '#src/database/database.ts';
import { nextOf } from '#src/database/sequence.ts';
import { ApiError } from '#src/errors.ts';
import type { OpenPages } from '#src/notifications/ports.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import type { QueueRow } from './model.ts';
import type * as schemas from './schemas.ts';

type Place = z.infer<typeof schemas.place>;

export interface Queue {
  /** The patient is there. Again is harmless. @throws {ApiError} `not_found`, `wrong_state`, `too_early` before the hour ahead of the start */
  join(caller: Caller, appointmentId: string): Promise<Place>;
  leave(caller: Caller, appointmentId: string): Promise<Place>;
  /** Where the caller waits. */
  mine(caller: Caller): Promise<z.infer<typeof schemas.places>>;
  /** Who waits for the caller. @throws {ApiError} `not_found` for no practitioner */
  line(caller: Caller): Promise<z.infer<typeof schemas.line>>;
  /** Calls the first of the line into the video room. @throws {ApiError} `not_found` when nobody waits */
  next(caller: Caller): Promise<z.infer<typeof schemas.called>>;
  /** Calls one of the line. @throws {ApiError} `not_found` */
  call(caller: Caller, appointmentId: string): Promise<z.infer<typeof schemas.called>>;
  /** @throws {ApiError} `not_found` */
  prioritise(caller: Caller, appointmentId: string, priority: number): Promise<z.infer<typeof schemas.line>>;
}

export interface QueueParts {
  database: Database;
  outbox: Outbox;
  practitioners: PractitionerLookup;
  pages: OpenPages;
}

/** How long before the start one may begin to wait, in milliseconds. */
const EARLY_MS = 60 * 60_000;
const ORDER: [string, string][] = [
  ['priority', 'DESC'],
  ['arrival', 'ASC'],
];

export function createQueue(parts: QueueParts): Queue {
  return { ...createWaiting(parts), ...createDesk(parts) };
}

/** What patients do. */
function createWaiting(parts: QueueParts): Pick<Queue, 'join' | 'leave' | 'mine'> {
  const { database } = parts;
  const { models, transaction } = database;

  async function ownAppointment(caller: Caller, id: string): Promise<AppointmentRow> {
    const appointment = await models.appointments.findOne({ where: { id, userId: caller.userId } });
    if (!appointment) throw new ApiError('not_found');
    return appointment;
  }
  async function placed(appointmentId: string): Promise<Place> {
    const entry = await models.queueEntries.findByPk(appointmentId);
    if (!entry) throw new ApiError('not_found');
    return placeOf(database, entry);
  }

  return {
    async join(caller, appointmentId) {
      const { practitionerId, status, startsAt } = await ownAppointment(caller, appointmentId);
      if (status !== 'confirmed' && status !== 'in_progress') throw new ApiError('wrong_state', { details: [{ status }] });
      if (Date.now() < startsAt.getTime() - EARLY_MS) throw new ApiError('too_early');
      await transaction(async () => {
        const arrival = await nextOf(database, `arrival:${practitionerId}`);
        const entry = {
          appointmentId,
          practitionerId,
          userId: caller.userId,
          priority: 0,
          arrival,
          joinedAt: new Date(),
          state: 'waiting' as const,
        };
        await models.queueEntries.bulkCreate([entry], { ignoreDuplicates: true });
        // Whoever went away comes back at the end of the line.
        await models.queueEntries.update({ state: 'waiting', arrival, calledAt: null }, { where: { appointmentId, state: 'left' } });
      });
      await tellLine(parts, practitionerId);
      return placed(appointmentId);
    },

    async leave(caller, appointmentId) {
      const { practitionerId } = await ownAppointment(caller, appointmentId);
      await transaction(() => models.queueEntries.update({ state: 'left' }, { where: { appointmentId, state: 'waiting' } }));
      await tellLine(parts, practitionerId);
      return placed(appointmentId);
    },

    async mine(caller) {
      const recent = { [Op.gt]: new Date(Date.now() - 86_400_000) };
      const entries = await models.queueEntries.findAll({
        where: { userId: caller.userId, state: ['waiting', 'called'], joinedAt: recent },
      });
      return { items: await Promise.all(entries.map((entry) => placeOf(database, entry))) };
    },
  };
}

/** What practitioners do with their line. */
function createDesk(parts: QueueParts): Pick<Queue, 'line' | 'next' | 'call' | 'prioritise'> {
  const { database, practitioners } = parts;
  const { models, transaction } = database;

  async function own(caller: Caller): Promise<string> {
    const practitioner = await practitioners.byUser(caller.userId);
    if (!practitioner) throw new ApiError('not_found');
    return practitioner.id;
  }
  const line = (caller: Caller) => own(caller).then((id) => lineOf(database, id));

  return {
    line,
    async next(caller) {
      const practitionerId = await own(caller);
      for (;;) {
        const first = await models.queueEntries.findOne({ where: { practitionerId, state: 'waiting' }, order: ORDER });
        if (!first) throw new ApiError('not_found');
        // Somebody else at this practitioner's desk may have been faster: then the next one.
        if (await take(parts, first)) return calledView(database, first);
      }
    },

    async call(caller, appointmentId) {
      const entry = await models.queueEntries.findOne({ where: { appointmentId, practitionerId: await own(caller) } });
      if (!entry) throw new ApiError('not_found');
      if (entry.state !== 'called') await take(parts, entry);
      return calledView(database, entry);
    },

    async prioritise(caller, appointmentId, priority) {
      const practitionerId = await own(caller);
      const [changed] = await transaction(() =>
        models.queueEntries.update({ priority }, { where: { appointmentId, practitionerId, state: 'waiting' } }),
      );
      if (changed === 0 && !(await models.queueEntries.findOne({ where: { appointmentId, practitionerId, state: 'waiting' } })))
        throw new ApiError('not_found');
      await tellLine(parts, practitionerId);
      return line(caller);
    },
  };
}

/** @returns whether this call was the one that called them */
async function take(parts: QueueParts, { appointmentId, practitionerId, userId }: QueueRow): Promise<boolean> {
  const { database, outbox } = parts;
  const { models, transaction } = database;
  const taken = await transaction(async () => {
    const where = { appointmentId, state: ['waiting', 'left'] };
    const [changed] = await models.queueEntries.update({ state: 'called', calledAt: new Date() }, { where });
    if (changed === 0) return false;
    const visit = await models.consultations.findOne({ where: { appointmentId }, attributes: ['id'] });
    const member = visit && (await models.members.findOne({ where: { consultationId: visit.id, userId } }));
    if (visit && member) await outbox.append('visit.call', { consultationId: visit.id, memberId: member.id });
    await outbox.append('notification.send', { userId, kind: 'queue.called', subjectType: 'queue', subjectId: appointmentId });
    return true;
  });
  if (taken) {
    parts.pages.notify(userId, 'queue:changed', {
      appointmentId,
      state: 'called',
      position: null,
      length: await lengthOf(database, practitionerId),
    });
    await tellLine(parts, practitionerId);
  }
  return taken;
}

const lengthOf = ({ models }: Database, practitionerId: string): Promise<number> =>
  models.queueEntries.count({ where: { practitionerId, state: 'waiting' } });

/** Everybody who waits learns where they stand now. */
async function tellLine({ database, pages }: QueueParts, practitionerId: string): Promise<void> {
  const waiting = await database.models.queueEntries.findAll({ where: { practitionerId, state: 'waiting' }, order: ORDER });
  waiting.forEach(({ userId, appointmentId }, index) => {
    pages.notify(userId, 'queue:changed', { appointmentId, state: 'waiting', position: index + 1, length: waiting.length });
  });
}

async function placeOf(
  database: Database,
  { appointmentId, practitionerId, state, priority, arrival, joinedAt }: QueueRow,
): Promise<Place> {
  const { models } = database;
  const before = { [Op.or]: [{ priority: { [Op.gt]: priority } }, { priority, arrival: { [Op.lt]: arrival } }] };
  const ahead = state === 'waiting' ? await models.queueEntries.count({ where: { practitionerId, state: 'waiting', ...before } }) : 0;
  const visit = await models.consultations.findOne({ where: { appointmentId }, attributes: ['id'] });
  return {
    ...{ appointmentId, practitionerId, state, joinedAt: joinedAt.toISOString(), consultationId: visit?.id ?? null },
    position: state === 'waiting' ? ahead + 1 : null,
    length: await lengthOf(database, practitionerId),
  };
}

async function lineOf({ models }: Database, practitionerId: string): Promise<z.infer<typeof schemas.line>> {
  const entries = await models.queueEntries.findAll({ where: { practitionerId, state: 'waiting' }, order: ORDER });
  const ids = entries.map(({ appointmentId }) => appointmentId);
  const appointments = new Map((await models.appointments.findAll({ where: { id: ids } })).map((row) => [row.id, row]));
  const visits = await models.consultations.findAll({ where: { appointmentId: ids }, attributes: ['id', 'appointmentId'] });
  const members = await models.members.findAll({ where: { consultationId: visits.map(({ id }) => id), role: 'patient' } });
  return {
    items: entries.map(({ appointmentId, priority, joinedAt }) => {
      const visit = visits.find((candidate) => candidate.appointmentId === appointmentId);
      const appointment = appointments.get(appointmentId);
      return {
        ...{ appointmentId, priority, joinedAt: joinedAt.toISOString(), consultationId: visit?.id ?? null },
        patient: members.find(({ consultationId }) => consultationId === visit?.id)?.name ?? '',
        startsAt: appointment?.startsAt.toISOString() ?? '',
        queueNo: appointment?.queueNo ?? null,
      };
    }),
  };
}

async function calledView({ models }: Database, { appointmentId }: QueueRow): Promise<z.infer<typeof schemas.called>> {
  const visit = await models.consultations.findOne({ where: { appointmentId }, rejectOnEmpty: true });
  const patient = await models.members.findOne({ where: { consultationId: visit.id, role: 'patient' } });
  return { appointmentId, consultationId: visit.id, patient: patient?.name ?? '' };
}
