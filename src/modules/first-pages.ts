/** What pages show first, put together from what the other parts answer. */
import { createDashboard } from '../home/dashboard.ts';
import { homeRoutes } from '../home/routes.ts';
import { createHome } from '../home/service.ts';

export function createFirstPages(parts: Parameters<typeof createHome>[0] & Parameters<typeof createDashboard>[0]) {
  return { routes: [homeRoutes(createHome(parts), createDashboard(parts))] };
}
