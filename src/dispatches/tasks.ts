/** What bookings ask about tasks that practitioners are sent to. */
import { Op } from 'sequelize';
import type { StaffTasks } from '#src/appointments/ports.ts';
import type { Database } from '#src/database/database.ts';

export function createStaffTasks({ models }: Pick<Database, 'models'>): StaffTasks {
  return {
    async sentAway(practitionerId, { from, until }, appointmentId) {
      const practitioner = await models.practitioners.findByPk(practitionerId, { attributes: ['userId'] });
      const where = { staffId: practitioner?.userId ?? '', cell: { [Op.gte]: from, [Op.lt]: until } };
      const claims = await models.dispatchClaims.findAll({ where, attributes: ['dispatchId'], group: ['dispatchId'] });
      if (claims.length === 0) return false;
      // Who is sent for this very visit is there for it.
      const id = claims.map(({ dispatchId }) => dispatchId);
      return (await models.dispatches.count({ where: { id, appointmentId: { [Op.or]: [null, { [Op.ne]: appointmentId }] } } })) > 0;
    },
  };
}
