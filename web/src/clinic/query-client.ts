import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../net/api.ts';

/** Faults that pass by themselves: no answer, and a server that is not ready. */
const passing = (error: Error): boolean => error instanceof ApiError && (error.status === 0 || error.status === 503);

/** The store of what was read from the server. It lives as long as the person is signed in. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, retry: (count, error) => count < 2 && passing(error) },
      mutations: { retry: false },
    },
  });
}
