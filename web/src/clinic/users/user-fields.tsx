import { Form, Input, Select } from 'antd';
import { useMay } from '../access.ts';
import { useRoles } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

export const LEVELS = ['basic', 'professional', 'premium'] as const;

export interface UserValues {
  name: string;
  account?: string;
  staffNo?: string;
  phone?: string;
  email?: string;
  membershipLevel?: (typeof LEVELS)[number];
  roles?: string[];
  password?: string;
}

/** What is known about somebody; `fresh`: of a new account, with password and roles. */
export function UserFields({ fresh }: { fresh: boolean }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const roles = useRoles();
  const mayRoles = useMay()('roles:manage');
  return (
    <>
      <Form.Item name="name" label={admin('person')} rules={[{ required: true, whitespace: true }]}>
        <Input maxLength={60} autoComplete="off" data-testid="user-name" />
      </Form.Item>
      <div className="clinic-form-pair">
        <Form.Item name="account" label={admin('account')}>
          <Input maxLength={64} autoComplete="off" data-testid="user-account" />
        </Form.Item>
        <Form.Item name="staffNo" label={t('staffNo')}>
          <Input maxLength={32} autoComplete="off" />
        </Form.Item>
        <Form.Item name="phone" label={admin('phone')}>
          <Input maxLength={20} inputMode="tel" autoComplete="off" data-testid="user-phone" />
        </Form.Item>
        <Form.Item name="email" label={t('email')}>
          <Input maxLength={254} inputMode="email" autoComplete="off" />
        </Form.Item>
      </div>
      <Form.Item name="membershipLevel" label={admin('level')}>
        <Select options={LEVELS.map((value) => ({ value, label: admin(`levels.${value}`) }))} />
      </Form.Item>
      {fresh && (
        <>
          <Form.Item name="password" label={t('password')} extra={t('passwordHint')}>
            <Input.Password maxLength={256} autoComplete="new-password" data-testid="user-password" />
          </Form.Item>
          <Form.Item name="roles" label={admin('roles')} rules={[{ required: true }]}>
            <Select
              mode="multiple"
              optionFilterProp="label"
              options={mayRoles ? roles : roles.filter(({ value }) => value === 'patient')}
              data-testid="user-roles-select"
            />
          </Form.Item>
        </>
      )}
    </>
  );
}
