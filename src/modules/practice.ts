/** Departments, practitioners and hospitals. */
import { departmentRoutes } from '../departments/routes.ts';
import { createDepartments } from '../departments/service.ts';
import type { Files } from '../files/service.ts';
import type { Foundation } from '../foundation.ts';
import { createRedisNearby, createSqlNearby } from '../hospitals/nearby.ts';
import { hospitalAdminRoutes, hospitalRoutes } from '../hospitals/routes.ts';
import { createHospitals, createPlaces } from '../hospitals/service.ts';
import { createSystems } from '../hospitals/systems.ts';
import type { Notifications } from '../notifications/service.ts';
import { createPractitionerPhotos } from '../practitioners/photos.ts';
import type { AvailabilityPort, HistoryPort } from '../practitioners/ports.ts';
import { createRecommending } from '../practitioners/recommending.ts';
import { practitionerPhotoRoutes, practitionerReviewRoutes } from '../practitioners/review-routes.ts';
import { createPractitionerReviews } from '../practitioners/reviews.ts';
import { practitionerAdminRoutes, practitionerProfileRoutes, practitionerRoutes } from '../practitioners/routes.ts';
import { createPractitioners } from '../practitioners/service.ts';
import { createViews } from '../practitioners/view.ts';
import { createSearch } from '../search/search.ts';

export function createPractice(
  foundation: Foundation,
  notifications: Pick<Notifications, 'describe'>,
  files: Files,
  { history, availability }: { history: HistoryPort; availability: AvailabilityPort },
) {
  const { database, signals, access, outbox, redis, log } = foundation;
  const search = createSearch(database);
  const departments = createDepartments(database, signals);
  const views = createViews(database, departments, files.urls);
  const practitioners = createPractitioners(database, { views, departments, search, access, availability });
  const practitionerPhotos = createPractitionerPhotos(database, (fileId, ownerId) => files.own(fileId, ownerId, { kinds: ['image'] }));
  const reviews = createPractitionerReviews(database, views, outbox);
  notifications.describe('practitioner', reviews.facts);
  const sqlNearby = createSqlNearby(database);
  const nearby = redis ? createRedisNearby(redis, createPlaces(database, signals), sqlNearby, log) : sqlNearby;
  const hospitals = createHospitals(database, { signals, search, nearby, systems: createSystems(foundation.partners, log) });
  const routes = [
    departmentRoutes(departments),
    practitionerRoutes(practitioners, createRecommending(database, views, history)),
    practitionerProfileRoutes(practitioners),
    practitionerAdminRoutes(practitioners),
    practitionerReviewRoutes(reviews),
    practitionerPhotoRoutes(practitionerPhotos),
    hospitalRoutes(hospitals),
    hospitalAdminRoutes(hospitals),
  ];
  return { departments, practitioners, practitionerPhotos, practitionerReviews: reviews, routes };
}
