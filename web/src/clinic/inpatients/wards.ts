/** What the screens about stays in hospital share. */
import { useQuery } from '@tanstack/react-query';
import { api, dataOf } from '../../api/client.ts';

/** Beginnings of the keys of what is read about stays and about wards. */
export const STAYS = 'admissions';
export const WARDS = 'wards';
/** Whatever changes a stay changes which beds are free. */
export const STALE = [[STAYS], [WARDS]];

export const readBeds = async (wardId: string) =>
  (await dataOf(api.GET('/api/v1/wards/{id}/beds', { params: { path: { id: wardId } } }))).items;
export type Bed = Awaited<ReturnType<typeof readBeds>>[number];

const readWards = async () => (await dataOf(api.GET('/api/v1/wards', { params: { query: { pageSize: 100 } } }))).items;
export type Ward = Awaited<ReturnType<typeof readWards>>[number];

export const useWards = () => useQuery({ queryKey: [WARDS, 'choice'], queryFn: readWards });

export const readStay = (id: string) => dataOf(api.GET('/api/v1/admissions/{id}', { params: { path: { id } } }));
export type Stay = Awaited<ReturnType<typeof readStay>>;
