import type { Logger } from 'pino';
import type { FinishListener } from './finished.ts';

/**
 * One line for each request: reads that went well at `debug`, everything else at `info`, what took long at `warn`, faults of ours at `error`.
 * @param slowMs what counts as long; 0: nothing
 */
export function logRequests(log: Pick<Logger, 'isLevelEnabled' | 'debug' | 'info' | 'warn' | 'error'>, slowMs = 0): FinishListener {
  return ({ id: requestId, method }, { statusCode: status }, route, elapsed) => {
    const slow = slowMs > 0 && elapsed >= slowMs && !route.slowBody;
    const level = status >= 500 ? 'error' : slow ? 'warn' : status < 400 && method === 'GET' ? 'debug' : 'info';
    if (!log.isLevelEnabled(level)) return;
    log[level]({ requestId, method, route: route.url, status, ms: Math.round(elapsed * 10) / 10 }, slow ? 'slow request' : 'request');
  };
}
