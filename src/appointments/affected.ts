/** Appointments as a change of hours meets them. */
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { CELL } from '#src/scheduling/cells.ts';
import type { AffectedAppointment, AffectedAppointments } from '#src/schedules/ports.ts';
import type { AppointmentRow } from './model.ts';
import type { Appointments } from './service.ts';

/** States in which an appointment has a place and has not begun. */
const WAITING = ['pending', 'confirmed'] as const;

export function createAffected(
  { models }: Database,
  { move, cancel }: Pick<Appointments['system'], 'move' | 'cancel'>,
): AffectedAppointments {
  const touching = (from: Date, until: Date) => ({ startsAt: { [Op.lt]: until }, endsAt: { [Op.gt]: from } });

  return {
    async list(practitionerId, from, until) {
      const where = { practitionerId, status: [...WAITING], ...touching(from, until) };
      const rows = await models.appointments.findAll({ where, order: ['startsAt', 'id'] });
      const services = await models.services.findAll({
        where: { id: rows.map(({ serviceId }) => serviceId) },
        attributes: ['id', 'category'],
      });
      const claims = await models.appointmentClaims.findAll({
        where: { appointmentId: rows.map(({ id }) => id) },
        attributes: ['appointmentId', 'seat'],
        group: ['appointmentId', 'seat'],
      });
      const types = new Map(services.map(({ id, category }) => [id, category]));
      const seats = new Map(claims.map(({ appointmentId, seat }) => [appointmentId, seat]));
      return rows.map((row) => affectedOf(row, types.get(row.serviceId) ?? null, seats.get(row.id) ?? 0));
    },

    async practitionersWith(from, until) {
      const where = { status: [...WAITING], ...touching(from, until) };
      const rows = await models.appointments.findAll({ where, attributes: ['practitionerId'], group: ['practitionerId'] });
      return rows.map(({ practitionerId }) => practitionerId);
    },

    async busy(patientKey, from, until, except) {
      const cell = { [Op.gte]: Math.floor(from.getTime() / CELL), [Op.lt]: Math.ceil(until.getTime() / CELL) };
      const rows = await models.patientClaims.findAll({ where: { patientKey, cell, appointmentId: { [Op.ne]: except } }, order: ['cell'] });
      return rows.map((row) => ({ start: row.cell * CELL, end: (row.cell + 1) * CELL }));
    },

    move: (id, startsAt, reason) => move(id, startsAt, { actorId: null, reason }),
    cancel: (id, reason) => cancel(id, { actorId: null, reason }),

    starts: (practitionerId, from, until) =>
      models.appointments.findAll({
        where: { practitionerId, startsAt: { [Op.gte]: from, [Op.lt]: until } },
        attributes: ['startsAt', 'status'],
        order: ['startsAt'],
      }),
  };
}

function affectedOf(row: AppointmentRow, serviceType: string | null, seat: number): AffectedAppointment {
  return {
    ...{ id: row.id, patientId: row.profileId ?? row.userId, serviceType, seat, confirmed: row.status === 'confirmed' },
    start: row.startsAt.getTime(),
    end: row.endsAt.getTime(),
  };
}
