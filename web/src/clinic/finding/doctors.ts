/** What the ways of finding a doctor share. */
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';

const readDepartments = async () => (await dataOf(api.GET('/api/v1/departments', { params: { query: { pageSize: 100 } } }))).items;
const readServices = async () =>
  (await dataOf(api.GET('/api/v1/services', { params: { query: { category: 'consultation', pageSize: 100 } } }))).items;
const readSpecialities = async () => (await dataOf(api.GET('/api/v1/practitioners/specialities'))).items;
const readDoctor = (id: string) => dataOf(api.GET('/api/v1/practitioners/{id}', { params: { path: { id } } }));

export type Doctor = Awaited<ReturnType<typeof readDoctor>>;
interface Choice {
  value: string;
  label: string;
}

export function useDepartments(): Choice[] {
  const { data = [] } = useQuery({ queryKey: ['departments'], queryFn: readDepartments, staleTime: 60_000 });
  return data.map(({ id, name }) => ({ value: id, label: name }));
}

export function useSpecialities(): Choice[] {
  const { data = [] } = useQuery({ queryKey: ['specialities'], queryFn: readSpecialities, staleTime: 60_000 });
  return data.map(({ speciality, practitioners }) => ({ value: speciality, label: `${speciality} (${practitioners})` }));
}

/** Absent while they are read. */
export function useServices(): { services: Choice[] | undefined; error: Error | null; again(): void } {
  const { data, error, refetch } = useQuery({ queryKey: ['services'], queryFn: readServices, staleTime: 60_000 });
  return { services: data?.map(({ id, name }) => ({ value: id, label: name })), error, again: () => void refetch() };
}
