import type { Views } from '#src/users/views-opened.ts';
import type { FinishListener } from './finished.ts';

/** Counts what signed-in people open: reads of one thing that went well. */
export function countViews(views: Pick<Views, 'opened'>): FinishListener {
  return (request, { statusCode }, { opensOne }) => {
    if (opensOne && statusCode === 200 && request.principal?.kind === 'user') views.opened(request.principal.userId, request.url);
  };
}
