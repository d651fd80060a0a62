/** What the screens about a doctor's patients share. */
import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { api, dataOf } from '../api/client.ts';
import { APPOINTMENTS, readAppointment } from './booking.ts';
import { useHere } from './route.ts';
import { useTexts } from './texts/areas.ts';

/** Beginning of the keys of all that is read about them. */
export const PATIENTS = 'patients';

export const readPatient = (userId: string) => dataOf(api.GET('/api/v1/patients/{userId}', { params: { path: { userId } } }));
export type Patient = Awaited<ReturnType<typeof readPatient>>;

/** Who of the account it is about; absent where there is nobody but its holder. */
export function ProfileField({ patient: { profiles } }: { patient: Patient }) {
  const t = useTexts('patients');
  if (profiles.length === 0) return null;
  return (
    <Form.Item name="profileId" label={t('forWhom')}>
      <Select allowClear placeholder={t('account')} options={profiles.map(({ id, name }) => ({ value: id, label: name }))} />
    </Form.Item>
  );
}

/** What is written belongs to this visit; nulls where it belongs to none. */
export interface VisitContext {
  appointmentId: string | null;
  consultationId: string | null;
  profileId: string | null;
}
const NO_VISIT: VisitContext = { appointmentId: null, consultationId: null, profileId: null };

/** The visit that the address names, `?appointment=<id>`; `context` is null until it was read. */
export function useVisitContext(): { context: VisitContext | null; error: Error | null; retry(): void } {
  const { search } = useHere();
  const id = new URLSearchParams(search).get('appointment');
  const { data, error, refetch } = useQuery({
    queryKey: [APPOINTMENTS, 'one', id],
    queryFn: () => readAppointment(id ?? ''),
    enabled: id !== null,
  });
  const read = data && { appointmentId: data.id, consultationId: data.consultationId, profileId: data.profileId };
  return { context: id === null ? NO_VISIT : (read ?? null), error, retry: () => void refetch() };
}
