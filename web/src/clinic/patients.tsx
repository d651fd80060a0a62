/** What the screens about a doctor's patients share. */
import { Form, Select } from 'antd';
import { api, dataOf } from '../api/client.ts';
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
