/**
 * Traces by OpenTelemetry: which socket event, request or job caused which turn of a room and which statement, over all nodes. Nothing of
 * it is loaded unless a collector is named. Spans hold ids and names of ours; `rooms/ports.ts` says what they may hold.
 */
import { hostname } from 'node:os';
import {
  context,
  type Context,
  type ContextManager,
  diag,
  DiagLogLevel,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span as ApiSpan,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { Config } from '#config/index.ts';
import type { Logger, Span, SpanAttributes, SpanOptions, Tracing } from '#rooms/ports.ts';

export interface Traces extends Tracing {
  /** Sends what is left, for a moment, and stops. */
  close(): Promise<void>;
}

type TracingConfig = Pick<
  Config,
  'NODE_NAME' | 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_SERVICE_NAME' | 'OTEL_TRACES_SAMPLER_ARG' | 'OTEL_BSP_SCHEDULE_DELAY'
>;

/** How long one export may take, and how long the end of the process waits for the last one, in ms. */
const EXPORT_MS = 5_000;
const LAST_EXPORT_MS = 1_000;
/** A collector that is away is one line of the log in so many ms. */
const COMPLAINT_MS = 60_000;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL } as const;

/** The one of this process: the first that the API is given stays. */
let contexts: ContextManager | undefined;

/**
 * Starts to export spans; null when no collector is named.
 * @param nodeId name of this process among the nodes
 */
export async function startTracing(config: TracingConfig, version: string, nodeId: string, log: Logger): Promise<Traces | null> {
  if (!config.OTEL_EXPORTER_OTLP_ENDPOINT) return null;
  const [sdk, { OTLPTraceExporter }, { AsyncLocalStorageContextManager }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/context-async-hooks'),
    import('@opentelemetry/resources'),
  ]);
  const url = `${config.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`;
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.name': config.OTEL_SERVICE_NAME,
      'service.version': version,
      'service.instance.id': nodeId,
      'host.name': config.NODE_NAME ?? hostname(),
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(config.OTEL_TRACES_SAMPLER_ARG) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }),
        scheduledDelayMillis: config.OTEL_BSP_SCHEDULE_DELAY,
        exportTimeoutMillis: EXPORT_MS,
      }),
    ],
  });
  if (!contexts) context.setGlobalContextManager((contexts = new AsyncLocalStorageContextManager().enable()));
  complainTo(log);
  return {
    ...tracingOf(provider.getTracer('wenzhen', version)),
    async close() {
      const late = new Promise<void>((done) => setTimeout(done, LAST_EXPORT_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
    },
  };
}

/** What the exporter has to say, now and then. */
function complainTo(log: Logger): void {
  let last = -Infinity;
  const complain = (message: string): void => {
    if (performance.now() - last < COMPLAINT_MS) return;
    last = performance.now();
    log.warn({ reason: message.slice(0, 200) }, 'traces not exported');
  };
  const nothing = (): void => undefined;
  const logger = { error: complain, warn: complain, info: nothing, debug: nothing, verbose: nothing };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function tracingOf(tracer: Tracer): Tracing {
  /** The span that runs here, unless its work is over: what goes on behind it for long is not of its trace. */
  const running = (): ApiSpan | undefined => {
    // Not through the API, which costs more than a message outside of any trace.
    const here = contexts?.active() ?? ROOT_CONTEXT;
    const span = here === ROOT_CONTEXT ? undefined : trace.getSpan(here);
    return span?.isRecording() ? span : undefined;
  };
  const parentOf = (parent: SpanOptions['parent']): Context | null => {
    if (parent === null) return ROOT_CONTEXT;
    if (parent === undefined) return running() ? context.active() : null;
    const remote = readCarrier(parent);
    return remote && trace.setSpanContext(ROOT_CONTEXT, remote);
  };
  return {
    start({ name, kind, parent, attributes = {}, links = [] }) {
      const above = parentOf(parent);
      if (!above) return null;
      const linked = links.flatMap((link) => readCarrier(link) ?? []).map((other) => ({ context: other }));
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes, links: linked }, above);
      return span.isRecording() ? wrapped(span, trace.setSpan(context.active(), span)) : null;
    },
    carrier() {
      const span = running();
      return span && carrierOf(span);
    },
    active: () => running() !== undefined,
    bind: (work) => context.bind(context.active(), work),
    apart: (work) => context.with(ROOT_CONTEXT, work),
    note: (attributes) => void running()?.setAttributes(attributes),
  };
}

function wrapped(span: ApiSpan, inside: Context): Span {
  return {
    get carrier() {
      return carrierOf(span);
    },
    run: (work) => context.with(inside, work),
    set: (attributes: SpanAttributes) => void span.setAttributes(attributes),
    end(error) {
      if (error !== undefined) {
        span.setAttribute('error.type', typeOf(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

/** Never the text of an error, which may repeat what somebody wrote. */
function typeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : 'unknown';
}

function carrierOf(span: ApiSpan): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

function readCarrier(text: string) {
  const [version, traceId = '', spanId = '', flags = ''] = text.split('-');
  const remote = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return version === '00' && isSpanContextValid(remote) && Number.isInteger(remote.traceFlags) ? remote : null;
}

/** For lines of the log: the trace that they belong to. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return {};
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
}
