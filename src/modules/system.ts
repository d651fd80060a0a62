/** Files, what the clinic's operators look after, and what clients ask of the media server. */
import { auditRoutes } from '../audit/routes.ts';
import { clusterRoutes } from '../cluster/routes.ts';
import { createClusterView } from '../cluster/service.ts';
import { fileRoutes } from '../files/routes.ts';
import type { Files } from '../files/service.ts';
import type { Foundation } from '../foundation.ts';
import { integrityRoutes } from '../integrity/routes.ts';
import { createIntegrity } from '../integrity/service.ts';
import { createMaintenance } from '../maintenance/service.ts';
import { mediaRoutes, networkTestRoutes } from '../media/routes.ts';
import { operationRoutes } from '../operations/routes.ts';
import { createOperations } from '../operations/service.ts';
import { partnerRoutes } from '../settings/partner-routes.ts';
import { settingRoutes } from '../settings/routes.ts';
import type { Surroundings } from './surroundings.ts';

export function createSystem(foundation: Foundation, { routerRtpCapabilities, nodes, jobs }: Surroundings, files: Files) {
  const { audit, settings, config, database, vault } = foundation;
  const integrity = createIntegrity(database, foundation.log);
  const routes = [
    fileRoutes(files, { origins: config.CORS_ORIGINS }),
    auditRoutes(audit),
    settingRoutes(settings),
    partnerRoutes(foundation.partners),
    integrityRoutes(integrity),
    clusterRoutes(createClusterView({ database, audit, rooms: nodes, jobs })),
    operationRoutes(createOperations(foundation)),
    mediaRoutes(routerRtpCapabilities),
    networkTestRoutes,
  ];
  return { integrity, maintenance: createMaintenance(database, vault), routes };
}
