/**
 * The histogram of HTTP requests by route pattern, method and status. Our own rather than prom-client's, which checks and
 * joins the labels by name at each observation: this runs after every request.
 */
import type { FinishListener } from './finished.ts';

const NAME = 'http_server_requests_seconds';

interface Series {
  method: string;
  status: number;
  /** Requests by bucket; the last one holds those that took longer than every bound. */
  counts: number[];
  /** seconds */
  sum: number;
}

export interface RequestDurations {
  readonly observe: FinishListener;
  /** The series so far in Prometheus' text format. */
  text(): string;
}

/** @param bounds upper ends of the buckets, in seconds, ascending */
export function requestDurations(bounds: readonly number[]): RequestDurations {
  const routes = new Map<string, Series[]>();

  function seriesOf(route: string, method: string, status: number): Series {
    let known = routes.get(route);
    if (!known) routes.set(route, (known = []));
    for (const series of known) if (series.status === status && series.method === method) return series;
    const added: Series = { method, status, counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
    known.push(added);
    return added;
  }

  const observe: FinishListener = ({ method }, { statusCode }, route, ms) => {
    const series = seriesOf(route.url ?? 'none', method, statusCode);
    const seconds = ms / 1_000;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? 0)) bucket++;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sum += seconds;
  };

  function text(): string {
    const lines = [`# HELP ${NAME} Duration of HTTP requests by route pattern`, `# TYPE ${NAME} histogram`];
    for (const [route, known] of routes) for (const series of known) lines.push(...linesOf(route, series, bounds));
    return `${lines.join('\n')}\n`;
  }
  return { observe, text };
}

function linesOf(route: string, { method, status, counts, sum }: Series, bounds: readonly number[]): string[] {
  const labels = `uri=${JSON.stringify(route)},method="${method}",status="${status}"`;
  let total = 0;
  const buckets = counts.map((count, index) => {
    total += count;
    return `${NAME}_bucket{le="${bounds[index] ?? '+Inf'}",${labels}} ${total}`;
  });
  return [...buckets, `${NAME}_sum{${labels}} ${sum}`, `${NAME}_count{${labels}} ${total}`];
}
