/** Working hours, leave, the times that can be booked, and bookings. */
import { createAffected } from '../appointments/affected.ts';
import { appointmentRoutes } from '../appointments/routes.ts';
import { createAppointments } from '../appointments/service.ts';
import { createOtherWork } from '../dispatches/other-work.ts';
import { dispatchRoutes } from '../dispatches/routes.ts';
import { createDispatches } from '../dispatches/service.ts';
import { createStaffTasks } from '../dispatches/tasks.ts';
import type { Foundation } from '../foundation.ts';
import type { Notifications } from '../notifications/service.ts';
import type { Offerings } from '../offerings/service.ts';
import type { Orders } from '../orders/service.ts';
import type { Payments } from '../payments/service.ts';
import { createLookup } from '../practitioners/lookup.ts';
import type { Profiles } from '../profiles/service.ts';
import { dayRoutes } from '../schedules/day-routes.ts';
import { adjustmentRoutes, weeklyRoutes } from '../schedules/hours-routes.ts';
import { leaveRoutes } from '../schedules/leave-routes.ts';
import { createScheduleReader } from '../schedules/reader.ts';
import { scheduleRoutes, slotRoutes } from '../schedules/routes.ts';
import { createScheduling } from '../schedules/service.ts';

interface BookingParts {
  notifications: Pick<Notifications, 'describe'>;
  orders: Orders;
  payments: Payments;
  offerings: Offerings;
  profiles: Profiles;
  publicUrl: () => string;
}

export function createBooking(foundation: Foundation, { notifications, ...sold }: BookingParts) {
  const { database, settings, signals } = foundation;
  const schedules = createScheduleReader(database, settings, signals);
  const practitioners = createLookup(database);
  const parts = { ...foundation, ...sold, schedules, practitioners, tasks: createStaffTasks(database) };
  const appointments = createAppointments(parts);
  const scheduling = createScheduling({ ...parts, appointments: createAffected(database, appointments.system) });
  notifications.describe('leave', scheduling.leaves.facts);
  const dispatches = createDispatches({ ...foundation, otherWork: createOtherWork(database, practitioners, schedules) });
  notifications.describe('dispatch', dispatches.facts);
  const routes = [
    appointmentRoutes(appointments),
    slotRoutes(scheduling),
    scheduleRoutes(scheduling),
    weeklyRoutes(scheduling),
    adjustmentRoutes(scheduling),
    leaveRoutes(scheduling),
    dayRoutes(scheduling),
    dispatchRoutes(dispatches),
  ];
  return { appointments, scheduling, lookup: practitioners, routes };
}
