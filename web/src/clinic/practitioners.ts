/** Practitioners to choose from. */
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../api/client.ts';

/** Those that can be booked, a hundred at most. */
const read = async () => (await dataOf(api.GET('/api/v1/practitioners', { params: { query: { pageSize: 100, sort: 'name' } } }))).items;

function useAll() {
  return useQuery({ queryKey: ['practitioners', 'all'], queryFn: read, staleTime: 60_000 }).data ?? [];
}

/** By the id of their profile. */
export const usePractitioners = (): { value: string; label: string }[] => useAll().map(({ id, name }) => ({ value: id, label: name }));
