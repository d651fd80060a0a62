/** Where traces pass through the rooms: turns of actors, and messages between nodes. Nothing here is called where none are kept. */
import type { Behaviour } from './actor.ts';
import { Later } from './mailbox.ts';
import type { BusHandler, NodeBus } from './node-bus.ts';
import type { Span, SpanAttributes, Tracing } from './ports.ts';

/** The message with the span that runs here. */
export function stamped<M>(tracing: Tracing, message: M): M {
  const trace = tracing.carrier();
  return trace === undefined ? message : { ...message, trace };
}

/** The span that a message comes from, if it says so. It travels with it as plain JSON; whoever does not know it leaves it alone. */
const traceOf = (message: unknown): string | undefined => {
  const { trace } = message as { trace?: unknown };
  return typeof trace === 'string' ? trace : undefined;
};

/** Runs work as a span, which ends with its promise or its later answer. */
export function inSpan<T>(span: Span, work: () => T): T {
  let result: T;
  try {
    result = span.run(work);
  } catch (error) {
    span.end(error);
    throw error;
  }
  if (result instanceof Later) return ended(span, result) as T;
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  result.then(
    () => span.end(),
    (error: unknown) => span.end(error),
  );
  return result;
}

/** The same answer, which ends the span on its way. */
function ended(span: Span, answer: Later<unknown>): Later<unknown> {
  const passed = new Later<unknown>();
  answer.attach(
    (value) => {
      span.end();
      passed.resolve(value);
    },
    (error) => {
      span.end(error);
      passed.reject(error);
    },
  );
  return passed;
}

/** @param describe name and attributes of a turn */
export function traceTurns<M>(
  tracing: Tracing,
  behaviour: Behaviour<M>,
  describe: (message: M) => { name: string; attributes: SpanAttributes },
): void {
  const handle = behaviour.handle.bind(behaviour);
  behaviour.handle = (message) => {
    const parent = traceOf(message);
    const span = parent === undefined ? null : tracing.start({ kind: 'internal', parent, ...describe(message) });
    if (span) return inSpan(span, () => handle(message));
    // Apart: the message before this one may still be at work, and turns follow each other inside its calls.
    return tracing.active() ? tracing.apart(() => handle(message)) : handle(message);
  };
}

/** A bus whose requests stand in the trace of who sent them, on both nodes. @param nameOf kind of a message: few of them */
export function traceBus(tracing: Tracing, bus: NodeBus, nameOf: (message: unknown) => string): NodeBus {
  const requestIdOf = (requestId: string): SpanAttributes => ({ 'wenzhen.request_id': requestId });
  return {
    ...bus,
    request(nodeId, message, options) {
      const attributes = { 'wenzhen.peer_node': nodeId, ...requestIdOf(options.requestId) };
      const span = tracing.start({ name: `bus ${nameOf(message)}`, kind: 'client', attributes });
      if (!span) return bus.request(nodeId, message, options);
      return inSpan(span, () => bus.request(nodeId, { ...(message as object), trace: span.carrier }, options));
    },
    serve(handler) {
      const traced: BusHandler = (message, from) => {
        const parent = traceOf(message);
        const attributes = { 'wenzhen.peer_node': from };
        const span = parent === undefined ? null : tracing.start({ name: `bus ${nameOf(message)}`, kind: 'server', parent, attributes });
        return span ? inSpan(span, () => handler(message, from)) : handler(message, from);
      };
      bus.serve(traced);
    },
  };
}
