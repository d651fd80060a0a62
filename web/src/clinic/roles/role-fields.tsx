import { Form, Input, Select } from 'antd';
import { useRoles } from '../people.tsx';
import { useTexts } from '../texts/areas.ts';

export interface RoleValues {
  key: string;
  nameZh: string;
  nameEn: string;
  parentKey?: string | null;
}

/** Names and place of a role; `own`: its key, once it has one. */
export function RoleFields({ own }: { own?: string }) {
  const t = useTexts('people');
  const admin = useTexts('admin');
  const roles = useRoles();
  const rules = [{ required: true, whitespace: true }];
  return (
    <>
      {own === undefined && (
        <Form.Item name="key" label={admin('code')} rules={rules} extra={t('roleKeyHint')}>
          <Input maxLength={40} data-testid="role-key" />
        </Form.Item>
      )}
      <div className="clinic-form-pair">
        <Form.Item name="nameZh" label={t('nameZh')} rules={rules}>
          <Input maxLength={40} data-testid="role-name-zh" />
        </Form.Item>
        <Form.Item name="nameEn" label={t('nameEn')} rules={rules}>
          <Input maxLength={40} data-testid="role-name-en" />
        </Form.Item>
      </div>
      <Form.Item name="parentKey" label={t('above')} extra={t('aboveHint')}>
        <Select allowClear options={roles.filter(({ value }) => value !== own)} />
      </Form.Item>
    </>
  );
}
