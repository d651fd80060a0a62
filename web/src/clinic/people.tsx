/** What the screens about people share. */
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../api/client.ts';
import { Link } from '../components/page.tsx';
import { language } from '../i18n/index.ts';
import { useStore } from '../use-store.ts';
import { useMay } from './access.ts';
import { to } from './route.ts';

/** Beginning of the keys of all that is read about people. */
export const USERS = 'users';
export const ROLES = 'roles';

/** Those whose name or account fits. */
export const findPeople = async (keyword: string) =>
  (await dataOf(api.GET('/api/v1/users', { params: { query: { keyword, pageSize: 10 } } }))).items;

export const readUser = (id: string) => dataOf(api.GET('/api/v1/users/{id}', { params: { path: { id } } }));
export const readRoles = async () => (await dataOf(api.GET('/api/v1/roles'))).items;

/** Names of roles by key, in the language of the page. */
export function useRoles(): { value: string; label: string }[] {
  const shown = useStore(language);
  const { data = [] } = useQuery({ queryKey: [ROLES], queryFn: readRoles, staleTime: 60_000 });
  return data.map(({ key, nameZh, nameEn }) => ({ value: key, label: shown === 'zh' ? nameZh : nameEn }));
}

/** Whom an id belongs to (the name is looked up where it is not known), with a way to the account for those who may see it. */
export function Person({ id, name }: { id: string | null; name?: string }) {
  const may = useMay()('users:read-all');
  const known = { enabled: may && id !== null && name === undefined, staleTime: 300_000, retry: false };
  const { data } = useQuery({ queryKey: ['person', id], queryFn: () => readUser(id ?? ''), ...known });
  if (id === null) return <>—</>;
  return may ? <Link to={to(`/users/${id}`)}>{name ?? data?.name ?? id}</Link> : <>{name ?? id}</>;
}

export type UserDetail = Awaited<ReturnType<typeof readUser>>;
export type RoleDetail = Awaited<ReturnType<typeof readRoles>>[number];
