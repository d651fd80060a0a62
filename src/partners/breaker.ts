/**
 * Circuit breaker around a partner (requirement SEC-07): after repeated failure calls are refused at once instead of
 * waiting for a partner that is ill; after a pause one call probes whether it is well again.
 */
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleAll,
  noJitterGenerator,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import type { Logger } from 'pino';
import { networkFault, PartnerError } from './partner-error.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface Breaker {
  /** Name of the partner. */
  readonly name: string;
  state(): BreakerState;
  /**
   * Asks the partner. Errors `refused` and those for `onlyThisCall` show that it is well and are passed on; anything else
   * that `work` throws counts as a failure and becomes `unavailable`.
   * @param work is given a signal that fires when time is up; its result then no longer matters
   * @param fallback gives the answer while the partner is unavailable
   * @throws {PartnerError}
   */
  call<T>(work: (signal: AbortSignal) => Promise<T>, fallback?: (error: PartnerError) => T | Promise<T>): Promise<T>;
}

export interface BreakerOptions {
  name: string;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Failures in a row that open it. */
  failures?: number;
  /** Milliseconds until the first probe; doubles with every probe that fails, up to 16 times this. */
  pauseMs?: number;
  /** Milliseconds that one call may take. */
  timeoutMs?: number;
}

/** What `work` answered, with errors that show a partner who is well as an answer. */
type Answer<T> = { value: T } | { answered: PartnerError };

const names: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'open',
};

export function createBreaker({ name, log, failures = 5, pauseMs = 5_000, timeoutMs = 10_000 }: BreakerOptions): Breaker {
  const circuit = circuitBreaker(handleAll, {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: new ExponentialBackoff({ initialDelay: pauseMs, maxDelay: pauseMs * 16, generator: noJitterGenerator }),
  });
  const policy = wrap(circuit, timeout(timeoutMs, TimeoutStrategy.Aggressive));
  circuit.onBreak(() => log.warn({ partner: name }, 'partner keeps failing, calls are refused for now'));
  circuit.onReset(() => log.info({ partner: name }, 'partner answers again'));

  async function ask<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    // The library would let everybody wait for the one probe that runs.
    if (circuit.state === CircuitState.HalfOpen) throw refusedByBreaker();
    const answer = await policy
      .execute(async ({ signal }): Promise<Answer<T>> => {
        try {
          return { value: await work(signal) };
        } catch (error) {
          if (signal.aborted) throw tookTooLong();
          if (error instanceof PartnerError && (error.fault === 'refused' || error.onlyThisCall)) return { answered: error };
          throw error;
        }
      })
      .catch((error: unknown) => {
        throw unavailable(error);
      });
    if ('answered' in answer) throw answer.answered;
    return answer.value;
  }

  const refusedByBreaker = () =>
    new PartnerError(name, 'unavailable', { reason: 'circuit_open', retryAfter: Math.max(1, Math.ceil(pauseMs / 1_000)) });

  const tookTooLong = () => new PartnerError(name, 'unavailable', { reason: 'timeout', maybeDone: true });

  function unavailable(error: unknown): PartnerError {
    if (error instanceof PartnerError) return error;
    if (error instanceof BrokenCircuitError) return refusedByBreaker();
    if (error instanceof TaskCancelledError) return tookTooLong();
    return networkFault(name, error);
  }

  return {
    name,
    state: () => names[circuit.state],
    async call(work, fallback) {
      try {
        return await ask(work);
      } catch (error) {
        if (!fallback || !(error instanceof PartnerError) || error.fault !== 'unavailable') throw error;
        return fallback(error);
      }
    },
  };
}
