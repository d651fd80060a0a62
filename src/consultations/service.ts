/** Visits over REST: booking, seeing and ending. What happens inside an open room is the room's. */
import { literal, Op, type WhereAttributeHash, type WhereOptions } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { OpenRoom } from '#rooms/index.ts';
import { RoomError } from '#rooms/errors.ts';
import type { RoomView } from '#rooms/protocol.ts';
import { unreadOf } from '#src/chat/unread.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import { ledOpenVisit, ledVisit, ownVisit } from './access.ts';
import type { ConsultationRow } from './model.ts';
import type * as schemas from './schemas.ts';
import { keepTitle } from './title.ts';
import { type ConsultationView, viewOf } from './view.ts';

type NewConsultation = z.infer<typeof schemas.newConsultation>;
type Query = z.infer<typeof schemas.consultationQuery>;
type List = z.infer<typeof schemas.consultationList>;

/** Methods on one visit throw `ApiError` `not_found`, and `forbidden` when it is not the caller's. */
export interface Consultations {
  /** @throws {ApiError} `unknown_patient` */
  create(doctor: { userId: string; name: string }, input: NewConsultation): Promise<ConsultationView>;
  get(userId: string, id: string): Promise<ConsultationView>;
  /** The caller's own visits. */
  list(userId: string, query: Query): Promise<List>;
  /**
   * Begins the visit, whoever is there yet; by its practitioner. One that has begun is left as it is. It begins by itself when both sides
   * are in the room.
   * @throws {ApiError} `visit_ended`
   */
  start(userId: string, id: string, requestId: string): Promise<ConsultationView>;
  /** Ends the visit for all; by its practitioner. @throws {ApiError} `visit_ended` */
  end(userId: string, id: string, requestId: string): Promise<ConsultationView>;
  /**
   * Calls a visit off that has not begun; by its practitioner. Repeating it completes what a fault cut short.
   * @throws {ApiError} `visit_started`, `visit_ended`, `booked_visit` when it belongs to an appointment
   */
  cancel(userId: string, id: string, requestId: string): Promise<ConsultationView>;
  /** Lets a member in for the system; nothing for a visit that is over. */
  callIn(id: string, memberId: string, requestId: string): Promise<void>;
  /** Ends a visit for the system, whatever its state. @param requestId for the logs */
  close(id: string, requestId: string): Promise<void>;
  /** Rooms that are open now, of the caller's visits. */
  openRooms(userId: string): Promise<z.infer<typeof schemas.openRooms>>;
  /** State of the open room, for the practitioner. */
  room(userId: string, id: string): Promise<z.infer<typeof schemas.openRoom>>;
  /** Shows everybody out of the room; by the practitioner. The visit goes on, and its next guest opens the room again. */
  closeRoom(userId: string, id: string, requestId: string): Promise<z.infer<typeof schemas.openRoom>>;
}

/** What visits need of the rooms. */
export interface RoomCommands {
  startVisit(consultationId: string, requestId: string): Promise<void>;
  closeRoom(consultationId: string, requestId: string): Promise<void>;
  endVisit(consultationId: string, byMemberId: string, requestId: string): Promise<void>;
  callIn(consultationId: string, memberId: string, requestId: string): Promise<void>;
  list(): Promise<OpenRoom[]>;
  inspect(consultationId: string): Promise<RoomView | null>;
}

export function createConsultations(database: Database, vault: Vault, rooms: RoomCommands): Consultations {
  async function get(userId: string, id: string): Promise<ConsultationView> {
    const { visit, people } = await ownVisit(database, userId, id);
    const [chat] = await unreadOf(database, userId, [id]);
    return viewOf(vault, visit, people, userId, chat?.unread ?? 0);
  }

  return {
    get,
    create: (doctor, input) => database.transaction(() => create(database, vault, doctor, input)),
    list: (userId, query) => list(database, vault, userId, query),

    async start(userId, id, requestId) {
      await ledOpenVisit(database, userId, id);
      await rooms.startVisit(id, requestId);
      return get(userId, id);
    },

    async end(userId, id, requestId) {
      const { self } = await ledOpenVisit(database, userId, id);
      await rooms.endVisit(id, self.id, requestId);
      return get(userId, id);
    },

    async cancel(userId, id, requestId) {
      const { self, visit } = await ledVisit(database, userId, id);
      if (visit.appointmentId) throw new ApiError('booked_visit');
      await database.transaction(() => callOff(database, id));
      // Whoever waits in the room is told by the room, which closes.
      await rooms.endVisit(id, self.id, requestId);
      return get(userId, id);
    },

    async close(id, requestId) {
      const leader = await database.models.members.findOne({ where: { consultationId: id, role: 'practitioner' } });
      if (!leader) return;
      await unlessOver(rooms.endVisit(id, leader.id, requestId));
    },

    callIn: (id, memberId, requestId) => unlessOver(rooms.callIn(id, memberId, requestId)),

    openRooms: async (userId) => openRooms(database, await rooms.list(), userId),

    async room(userId, id) {
      await ledVisit(database, userId, id);
      return { room: await rooms.inspect(id) };
    },

    async closeRoom(userId, id, requestId) {
      await ledVisit(database, userId, id);
      await rooms.closeRoom(id, requestId);
      return { room: await rooms.inspect(id) };
    },
  };
}

/** Those of a person's visits. */
async function openRooms({ models }: Database, open: OpenRoom[], userId: string): Promise<z.infer<typeof schemas.openRooms>> {
  const ids = open.map(({ consultationId }) => consultationId);
  const own = await models.members.findAll({ where: { userId, removedAt: null, consultationId: ids } });
  const mine = new Set(own.map(({ consultationId }) => consultationId));
  return { items: open.filter(({ consultationId }) => mine.has(consultationId)) };
}

/** A visit that has ended needs nothing more. */
async function unlessOver(command: Promise<void>): Promise<void> {
  await command.catch((error: unknown) => {
    if (!(error instanceof RoomError && error.code === 'visit_ended')) throw error;
  });
}

/** From now on nobody comes in, and the room cannot begin the visit any more. */
async function callOff({ models: { consultations } }: Database, id: string): Promise<void> {
  const waiting = { id, status: 'scheduled' };
  await consultations.update({ cancelledAt: new Date(), version: literal('version + 1') }, { where: { ...waiting, cancelledAt: null } });
  if ((await consultations.count({ where: waiting })) > 0) return;
  const visit = await consultations.findByPk(id, { attributes: ['status'] });
  throw new ApiError(visit?.status === 'active' ? 'visit_started' : 'visit_ended');
}

async function create(
  { models }: Database,
  vault: Vault,
  doctor: { userId: string; name: string },
  input: NewConsultation,
): Promise<ConsultationView> {
  const patient = await models.users.findByPk(input.patientId);
  if (patient?.id === doctor.userId) throw new ApiError('unknown_patient');
  const isPatient = await models.userRoles.findOne({ where: { userId: input.patientId, roleKey: 'patient' } });
  if (!isPatient || patient?.status !== 'active') throw new ApiError('unknown_patient');
  const id = uuid();
  const visit = await models.consultations.create({
    id,
    ...keepTitle(vault, id, input.title),
    status: 'scheduled',
    practitionerUserId: doctor.userId,
    scheduledStart: new Date(input.scheduledStart),
    scheduledEnd: new Date(input.scheduledEnd),
    lobby: input.lobby,
    locked: false,
    roomEpoch: 0,
    version: 1,
  });
  const place = { consultationId: visit.id, accessEpoch: 1 };
  const people = await models.members.bulkCreate([
    { ...place, id: uuid(), userId: doctor.userId, name: doctor.name, role: 'practitioner' },
    { ...place, id: uuid(), userId: patient.id, name: patient.name, role: 'patient' },
  ]);
  return viewOf(vault, visit, people, doctor.userId, 0);
}

function conditionOf(status: Query['status']): WhereAttributeHash<ConsultationRow> {
  if (status === undefined) return {};
  return status === 'cancelled' ? { cancelledAt: { [Op.ne]: null } } : { status, cancelledAt: null };
}

async function list(database: Database, vault: Vault, userId: string, query: Query): Promise<List> {
  const { sequelize, models } = database;
  const mine = literal(`(SELECT consultation_id FROM consultation_members WHERE user_id = ${sequelize.escape(userId)})`);
  const where: WhereOptions<ConsultationRow> = { id: { [Op.in]: mine }, ...conditionOf(query.status) };
  const { rows, count } = await models.consultations.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
  const people = await models.members.findAll({ where: { consultationId: rows.map((visit) => visit.id) } });
  const chats = await unreadOf(
    database,
    userId,
    rows.map((visit) => visit.id),
  );
  const unread = new Map(chats.map((chat) => [chat.consultationId, chat.unread]));
  const items = rows.map((visit) => viewOf(vault, visit, people, userId, unread.get(visit.id) ?? 0));
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
}
