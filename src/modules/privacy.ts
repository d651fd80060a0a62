/** Copies and erasure of people's data, and how long the rest is kept. */
import type { Files } from '../files/service.ts';
import type { Foundation } from '../foundation.ts';
import type { Notifications } from '../notifications/service.ts';
import type { Prescriptions } from '../prescriptions/service.ts';
import { linkPrivacy } from '../privacy/links.ts';
import { ownDataRoutes, privacyRoutes } from '../privacy/routes.ts';
import { createPrivacy as createService } from '../privacy/service.ts';

interface PrivacyParts {
  files: Files;
  notifications: Notifications;
  prescriptions: Prescriptions;
  publicUrl: () => string;
}

export function createPrivacy(foundation: Foundation, { files, notifications, prescriptions, publicUrl }: PrivacyParts) {
  linkPrivacy(foundation.database, files, notifications);
  const paper = (id: string) => prescriptions.paper(id, `${publicUrl()}/prescription-proofs`);
  const privacy = createService({ ...foundation, files, prescriptions: { paper } });
  return { privacy, routes: [ownDataRoutes(privacy), privacyRoutes(privacy)] };
}
