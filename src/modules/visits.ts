/** Visits: their rooms, who may come to them, the waiting line, and what was said of them afterwards. */
import { describeAppointments } from '../appointments/links.ts';
import type { Appointments } from '../appointments/service.ts';
import { chatRoutes } from '../chat/routes.ts';
import { createChat } from '../chat/service.ts';
import { linkAppointments } from '../consultations/booked.ts';
import { roomRoutes } from '../consultations/room-routes.ts';
import { consultationRoutes } from '../consultations/routes.ts';
import { createConsultations } from '../consultations/service.ts';
import { consultationStatisticsRoutes } from '../consultations/statistics-routes.ts';
import { createConsultationStatistics } from '../consultations/statistics.ts';
import type { Files } from '../files/service.ts';
import type { Foundation } from '../foundation.ts';
import { memberRoutes } from '../members/routes.ts';
import { createMembers } from '../members/service.ts';
import type { Notifications } from '../notifications/service.ts';
import type { PractitionerLookup } from '../practitioners/lookup.ts';
import { queueRoutes } from '../queue/routes.ts';
import { createQueue } from '../queue/service.ts';
import { describeClinical } from '../reviews/links.ts';
import { recordingRoutes } from '../recordings/routes.ts';
import { createRecordings } from '../recordings/service.ts';
import { reviewRoutes } from '../reviews/routes.ts';
import { createReviews } from '../reviews/service.ts';
import type { Surroundings } from './surroundings.ts';

interface VisitParts {
  appointments: Appointments;
  notifications: Notifications;
  lookup: PractitionerLookup;
  files: Files;
}

export function createVisits(
  foundation: Foundation,
  { rooms, visits, pages, chatStore, publicUrl }: Surroundings,
  { appointments, notifications, lookup, files }: VisitParts,
) {
  const { database, tokens, vault } = foundation;
  const parts = { ...foundation, practitioners: lookup };
  const consultations = createConsultations(database, vault, rooms);
  linkAppointments({ ...parts, visits }, appointments);
  describeAppointments(notifications, database, vault, lookup);
  describeClinical(notifications, database, lookup);
  const reviews = createReviews(parts);
  const chat = createChat({ database, chatStore, pages, log: foundation.log });
  const consultationStatistics = createConsultationStatistics(database, foundation.settings);
  const recordings = createRecordings({ ...foundation, files, pages, visits });
  const routes = [
    consultationRoutes(consultations),
    consultationStatisticsRoutes(consultationStatistics),
    roomRoutes(consultations),
    recordingRoutes(recordings),
    memberRoutes(createMembers(database, tokens, publicUrl)),
    chatRoutes(chat),
    queueRoutes(createQueue({ ...parts, pages })),
    reviewRoutes(reviews),
  ];
  return { consultations, consultationStatistics, chat, recordings, reviews, routes };
}
