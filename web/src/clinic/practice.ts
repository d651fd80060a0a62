/** What the parts of a practitioner's own page share. */
import { api, ApiFailure, dataOf } from '../api/client.ts';

/** Beginning of the keys of all that is read about it. */
export const PRACTICE = 'practice';

const readMine = () => dataOf(api.GET('/api/v1/practitioners/me'));
export type Practice = Awaited<ReturnType<typeof readMine>>;

/** The own profile; null where there is none yet. */
export async function readPractice(): Promise<Practice | null> {
  return readMine().catch((error: unknown) => {
    if (error instanceof ApiFailure && error.code === 'not_found') return null;
    throw error;
  });
}

export const readDepartments = async () => (await dataOf(api.GET('/api/v1/departments', { params: { query: { pageSize: 100 } } }))).items;
